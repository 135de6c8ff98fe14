import type { Id } from '../mongo/index.js';
import { toMemberFilter, type Belonging } from './room-membership.js';

type EqualField = 'agent_db' | 'agent_id' | 'type' | 'db_name' | 'order_user_id' | 'client_id' | 'p2p_id' | 'room_id';

/** Rooms by what they are: each field equal; `vendor_id` one of several; and, where it is said, theirs who belong to them so. */
export type RoomMatch = Readonly<Partial<Record<EqualField, string>>> & { readonly vendor_id?: readonly string[]; readonly of?: readonly Belonging[] | null };

/** Where a page of rooms ended: the next one begins behind it. */
export interface RoomPosition {
  readonly updatedDate: Date;
  readonly id: Id;
}

/** Which part of a list is wanted. */
export interface RoomWindow {
  readonly after?: RoomPosition | undefined;
  readonly updatedSince?: Date | undefined;
  readonly limit?: number | undefined;
}

/** One question to MongoDB; the index is named where MongoDB would choose one that it has to sort behind. */
export interface RoomQuestion {
  readonly filter: object;
  readonly hint?: string;
}

/** Name of the index that is in a panel's order whatever the shops. */
export const PANEL_ORDER = 'panel_list';

// Measured on MongoDB 6.0: `$in` of more than 200 values with a sort is a sort in memory, and so is any `$in` beside a `$or`.
const MOST_MERGED = 200;

/** The questions whose answers, one after the other, are the rooms that match any of `matches`, newest first. */
export function toRoomQuestions(matches: readonly RoomMatch[], { after, updatedSince }: RoomWindow): RoomQuestion[] {
  const since = updatedSince === undefined ? {} : { $gte: updatedSince };
  const vendors = Math.max(...matches.map(({ vendor_id }) => vendor_id?.length ?? 0));
  const dates = after === undefined ? [updatedSince === undefined ? {} : { updated_date: since }] : toDatesBehind(after, since);
  const branches = dates.map((date) => matches.map((match) => ({ ...toEqual(match), ...date })));
  if (vendors > 1 && vendors <= MOST_MERGED) return branches.flat().map((filter) => ({ filter }));
  return [{ filter: toEither(branches.flat()), ...(vendors > MOST_MERGED ? { hint: PANEL_ORDER } : {}) }];
}

// The rest of the same date, then all older ones.
function toDatesBehind({ updatedDate, id }: RoomPosition, since: object): object[] {
  return [{ updated_date: updatedDate, _id: { $lt: id } }, { updated_date: { ...since, $lt: updatedDate } }];
}

function toEqual({ vendor_id: vendors, of = null, ...equal }: RoomMatch): object {
  const theirs = { ...equal, ...toMemberFilter(of) };
  if (vendors === undefined) return theirs;
  return { ...theirs, vendor_id: vendors.length === 1 ? vendors[0] : { $in: vendors } };
}

// A $or at the root keeps each branch on its index, merged in order.
function toEither(branches: readonly object[]): object {
  const [first, ...others] = branches;
  return others.length === 0 ? { ...first } : { $or: branches };
}
