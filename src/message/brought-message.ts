import type { Id } from '../mongo/index.js';

/** A message as BSON, but for its place. */
export interface Unplaced {
  readonly bytes: Buffer;
  /** What is left out of it, its `room`: from this byte up to that one. */
  readonly from: number;
  readonly to: number;
}

/** Where a message belongs. */
export interface Place {
  readonly room: Id;
  readonly seq: number;
}

/** The message as it is stored in its place, marked as brought in, so that no socket is told of it. */
export function toBrought({ bytes, from, to }: Unplaced, { room, seq }: Place): Buffer {
  const stored = Buffer.allocUnsafe(bytes.length - (to - from) + ENDING.length - 1);
  stored.writeInt32LE(stored.length, 0);
  bytes.copy(stored, LENGTH_BYTES, LENGTH_BYTES, from);
  bytes.copy(stored, from, to, bytes.length - 1);
  const ending = stored.length - ENDING.length;
  ENDING.copy(stored, ending);
  stored.set(room.id, ending + ROOM_AT);
  stored.writeInt32LE(seq, ending + SEQ_AT);
  return stored;
}

const LENGTH_BYTES = 4;
// `room`, `seq` and `brought_in` as elements of BSON, and the end of the document; https://bsonspec.org/spec.html
const ENDING = Buffer.from(`\x07room\0${'\0'.repeat(12)}\x10seq\0${'\0'.repeat(4)}\x08brought_in\0\x01\0`, 'latin1');
const ROOM_AT = ENDING.indexOf('room\0') + 'room\0'.length;
const SEQ_AT = ENDING.indexOf('seq\0') + 'seq\0'.length;
