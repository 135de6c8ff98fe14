import { NotAllowedError, type Caller } from '../auth/index.js';
import { isBlank, isEmptyLike, ValidationFailedError } from '../common/index.js';
import { belongingsOf, type Belonging, type RoomMatch } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';
import type { FetchRoomBetweenUsersDto } from './dto/fetch-room-between-users.dto.js';
import type { FetchRoomByUserAgentDto } from './dto/fetch-room-by-user-agent.dto.js';
import type { FetchRoomByUserIdDto } from './dto/fetch-room-by-user-id.dto.js';
import type { FetchRoomByVendorDto } from './dto/fetch-room-by-vendor.dto.js';
import type { ClientListDto } from './dto/panel-list.dto.js';
import type { RoomsOfOrderDto } from './dto/rooms-of-order.dto.js';

/** What a list is about: rooms that match any of these; none of them, no rooms. */
export type WantedRooms = readonly RoomMatch[];

type Field = Exclude<keyof RoomMatch, 'vendor_id' | 'of'>;

/** The rooms of an agent. */
export function ofAgent(tenant: Tenant, { agent_db, agent_id, type }: FetchRoomByUserAgentDto): WantedRooms {
  return wanted({ agent_db: nameOf(tenant, 'agent_db', agent_db), agent_id, type });
}

/** The rooms of a customer. */
export function ofUser(tenant: Tenant, { db_name, order_user_id, type }: FetchRoomByUserIdDto): WantedRooms {
  return wanted({ db_name: nameOf(tenant, 'db_name', db_name), order_user_id, type });
}

/** The rooms of shops. */
export function ofVendors(tenant: Tenant, { vendor_id, ...panel }: FetchRoomByVendorDto): WantedRooms {
  const vendors = [...new Set(vendor_id.filter((id): id is string => !isEmptyLike(id)))].sort();
  return vendors.length === 0 ? [] : ofPanel(tenant, panel).map((match) => ({ ...match, vendor_id: vendors }));
}

/** All rooms of a type. */
export function ofPanel(tenant: Tenant, { db_name, type, client_id }: ClientListDto): WantedRooms {
  const client = isBlank(client_id) || client_id === 'undefined' ? {} : { client_id };
  return wanted({ db_name: nameOf(tenant, 'db_name', db_name), type, ...client });
}

/** The rooms of a seller, of a buyer, or both. @throws ValidationFailedError when neither is said */
export function ofPeer(tenant: Tenant, { db_name, type, p2p_id, order_user_id }: FetchRoomBetweenUsersDto): WantedRooms {
  if (p2p_id === undefined && order_user_id === undefined) throw new ValidationFailedError('p2p_id or order_user_id is required.');
  const panel = { db_name: nameOf(tenant, 'db_name', db_name), type };
  return [...wanted({ ...panel, p2p_id: p2p_id ?? null }), ...wanted({ ...panel, order_user_id: order_user_id ?? null })];
}

/** The caller's rooms of an order. */
export function ofOrder(caller: Caller, { room_id }: RoomsOfOrderDto): WantedRooms {
  return wanted({ room_id }).map((match) => ({ ...match, of: belongingsOf(caller) }));
}

/** Lets people have lists of their own rooms only. @throws NotAllowedError */
export function checkMayList(caller: Caller, rooms: WantedRooms): void {
  const belongings = belongingsOf(caller);
  const isOwn = belongings === null || rooms.every((match) => match.of !== undefined || belongings.some((belonging) => isWithin(match, belonging)));
  if (!isOwn) throw new NotAllowedError('You can only list your own rooms.');
}

function isWithin(match: RoomMatch, { field, values }: Belonging): boolean {
  const asked = [match[field] ?? []].flat();
  return asked.length > 0 && asked.every((value) => values.includes(value));
}

// What old apps send in place of a value matches nothing: they show an error for anything but an empty list.
function wanted(match: Readonly<Partial<Record<Field, string | null>>>): WantedRooms {
  return Object.values(match).some(isEmptyLike) ? [] : [match as RoomMatch];
}

function nameOf(tenant: Tenant, field: 'agent_db' | 'db_name', said: string | null | undefined): string {
  if (!isBlank(said)) return said;
  const [name, ...others] = tenant.names;
  if (name === undefined || others.length > 0) {
    throw new ValidationFailedError(`${field} is required: this deployment has ${name === undefined ? 'no name' : 'several names'}.`);
  }
  return name;
}
