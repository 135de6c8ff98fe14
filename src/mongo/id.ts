import mongoose, { type Types } from 'mongoose';

/** The `_id` of a room, participant or message; answered as 24 hexadecimal digits. */
export type Id = Types.ObjectId;

/** A new id. */
export function newId(): Id {
  return new mongoose.Types.ObjectId();
}

/** The id that `text` writes, or null where it is not 24 hexadecimal digits. */
export function toId(text: string): Id | null {
  return /^[0-9a-f]{24}$/i.test(text) ? new mongoose.Types.ObjectId(text) : null;
}

// What an id has room for.
const LAST_SECOND = 0xffff_ffff;

/** The first id that MongoDB's drivers make at this moment, in milliseconds. */
export function firstIdOf(moment: number): Id {
  const seconds = Math.min(Math.max(Math.floor(moment / 1_000), 0), LAST_SECOND);
  return new mongoose.Types.ObjectId(`${seconds.toString(16).padStart(8, '0')}${'0'.repeat(16)}`);
}

/** The order of ids, as MongoDB sorts them. */
export function compareIds(one: Id, other: Id): number {
  return Buffer.compare(one.id, other.id);
}
