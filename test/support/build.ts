import { ANONYMOUS } from '../../src/auth/index.js';
import { MessageService } from '../../src/message/index.js';
import { newId, type Id } from '../../src/mongo/index.js';
import {
  RoomRepository,
  RoomService,
  type Joiner,
  type Message,
  type MessageFields,
  type Room,
  type RoomFields,
} from '../../src/room/index.js';
import type { Tenant } from '../../src/tenancy/index.js';
import type { TestApp } from './app.js';

let made = 0;

/** Makes a room of agent 141 in `tenant`, named after an order of its own. */
export async function aRoom({ app }: TestApp, tenant: Tenant, fields: Partial<RoomFields> = {}): Promise<Room> {
  const order = String(++made);
  const { room } = await app.get(RoomService).create(tenant, ANONYMOUS, {
    room_id: order,
    room_name: `OrderNo-${order}-orderId-${order}-oderVendor-7-agentId-141`,
    type: 'agent_to_user',
    agent_id: '141',
    agent_db: tenant.names[0] ?? tenant.key,
    db_name: tenant.names[0] ?? tenant.key,
    vendor_id: '7',
    vendor_user_id: '141',
    order_user_id: '1',
    order_vendor_id: '9',
    client_id: '1',
    ...fields,
  });
  return room;
}

/** A room of agent 141 of `agent_db` as it is stored, last moved on the first day of 2024; for {@link storeRooms}. */
export function aStoredRoom(agentDb: string, fields: Partial<Room> = {}): Room {
  const order = String(++made);
  return {
    _id: newId(),
    status: true,
    type: 'agent_to_user',
    room_name: `OrderNo-${order}-orderId-${order}-oderVendor-7-agentId-141`,
    agent_db: agentDb,
    agent_id: '141',
    created_date: new Date('2024-01-01T00:00:00.000Z'),
    updated_date: new Date('2024-01-01T00:00:00.000Z'),
    __v: 0,
    participants: [],
    last_message: null,
    seq: 0,
    revision: newId(),
    ...fields,
  };
}

const ROOMS_AT_ONCE = 200;

/** Stores rooms in `tenant` as they are, ids and dates included. */
export async function storeRooms({ app }: TestApp, tenant: Tenant, rooms: readonly Room[]): Promise<void> {
  for (let from = 0; from < rooms.length; from += ROOMS_AT_ONCE) {
    await app.get(RoomRepository).insertAll(tenant, rooms.slice(from, from + ROOMS_AT_ONCE));
  }
}

/** Agent 141, as its app sends them. */
export const AGENT: Joiner = { user_type: 'agent', user_id: '141', email: '', username: 'goutav', phone_num: '+0000000000', display_image: null };

/** Stores a message of agent 141. */
export async function aMessage(
  { app }: TestApp,
  tenant: Tenant,
  room: Id,
  fields: MessageFields & { sender?: Joiner; key?: string } = {},
): Promise<Message> {
  const { sender = AGENT, key = null, ...rest } = fields;
  return (await app.get(MessageService).store(tenant, ANONYMOUS, room, { sender, fields: { message: 'hello', ...rest }, key })).message;
}
