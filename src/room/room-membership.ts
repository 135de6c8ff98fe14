import { NotAllowedError, type Caller, type Role } from '../auth/index.js';
import type { Room, RoomFields } from './room.js';

/** The fields of a room that say whose it is. */
type MemberField = 'agent_id' | 'order_user_id' | 'vendor_id' | 'p2p_id';

/** As much of a room as says whose it is. */
export type Membered = Partial<Pick<Room, MemberField>>;

/** A room is theirs where this field is one of these values. */
export interface Belonging {
  readonly field: MemberField;
  readonly values: readonly string[];
}

/** As whom a role may write, and in rooms that are theirs by which field; a role that is not here writes as whoever it says. */
const WRITES_AS: Readonly<Partial<Record<Role, Readonly<Record<string, readonly MemberField[]>>>>> = {
  agent: { agent: ['agent_id'] },
  user: { user: ['order_user_id', 'p2p_id'] },
  // What a shop writes is from the room's shop, so only that one may; the seller of a peer chat is a user in it.
  vendor: { vendor: ['vendor_id'], user: ['p2p_id'] },
  admin: { admin: [] },
};

const FIELDS: Readonly<Partial<Record<Role, readonly MemberField[]>>> = {
  agent: ['agent_id'],
  user: ['order_user_id', 'p2p_id'],
  vendor: ['vendor_id', 'p2p_id'],
};

/** What makes a room the caller's; null: all rooms of its tenant are. */
export function belongingsOf(caller: Caller): readonly Belonging[] | null {
  const fields = FIELDS[caller.role];
  return fields === undefined ? null : fields.map((field) => ({ field, values: valuesOf(caller, field) }));
}

/** True where the room is the caller's. */
export function isOf(caller: Caller, room: Membered): boolean {
  return isAmong(belongingsOf(caller), room);
}

/** Lets nobody write in a room that is not among those of {@link writableBy}. @throws NotAllowedError */
export function checkIsAmong(belongings: readonly Belonging[] | null, room: Membered): void {
  if (!isAmong(belongings, room)) throw new NotAllowedError('You cannot write as this user_type in this room.');
}

/** What a query adds so that it finds the caller's rooms only. */
export function toMemberFilter(belongings: readonly Belonging[] | null): object {
  return belongings === null ? {} : { $or: belongings.map(({ field, values }) => ({ [field]: { $in: values } })) };
}

/** Rooms that a caller may write in as this `user_type`; null: in all. @throws NotAllowedError where in none */
export function writableBy(caller: Caller, userType: string): readonly Belonging[] | null {
  checkMayWrite(caller);
  const kinds = WRITES_AS[caller.role];
  if (kinds === undefined) return null;
  const fields = Object.hasOwn(kinds, userType) ? kinds[userType] : undefined;
  if (fields === undefined) throw new NotAllowedError('You cannot write as this user_type.');
  return belongingsOf(caller)?.filter(({ field }) => fields.includes(field)) ?? null;
}

/** Lets only those change something who may write at all. @throws NotAllowedError */
export function checkMayWrite({ role }: Caller): void {
  if (role === 'reader') throw new NotAllowedError('This credential can only read.');
}

/** Lets a room be made only by those whose it will be. @throws NotAllowedError */
export function checkMayMake(caller: Caller, fields: RoomFields): void {
  checkMayWrite(caller);
  if (!isOf(caller, fields)) throw new NotAllowedError('You can only make rooms that you belong to.');
}

function isAmong(belongings: readonly Belonging[] | null, room: Membered): boolean {
  return belongings === null || belongings.some(({ field, values }) => values.includes(room[field] ?? ''));
}

function valuesOf({ subject, vendorIds }: Caller, field: MemberField): readonly string[] {
  if (field === 'vendor_id' || field === 'p2p_id') return vendorIds;
  return subject === null ? [] : [subject];
}
