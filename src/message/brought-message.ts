import type { Id } from '../mongo/index.js';

/** A message as BSON, but for its place. */
export interface Unplaced {
  readonly bytes: Buffer;
  /** What is left out of it, its `room`: from this byte up to that one. */
  readonly from: number;
  readonly to: number;
}

/** Where messages belong that follow each other. */
export interface Place {
  readonly room: Id;
  /** Of the first of them. */
  readonly seq: number;
}

/** The messages as they are stored in their places, one behind the other, marked as brought in, so that no socket is told of them. */
export function toBrought(messages: readonly Unplaced[], { room, seq }: Place): Buffer {
  // All at once: each buffer that lives for a moment costs as much as what is in it (measured).
  const all = Buffer.allocUnsafe(messages.reduce((sum, message) => sum + lengthOf(message), 0));
  let at = 0;
  for (const [index, message] of messages.entries()) at = write(message, { room, seq: seq + index }, all, at);
  return all;
}

// `room`, `seq` and `brought_in` as elements of BSON, and the end of the document; https://bsonspec.org/spec.html
const ENDING = Buffer.from(`\x07room\0${'\0'.repeat(12)}\x10seq\0${'\0'.repeat(4)}\x08brought_in\0\x01\0`, 'latin1');
const ROOM_AT = ENDING.indexOf('room\0') + 'room\0'.length;
const SEQ_AT = ENDING.indexOf('seq\0') + 'seq\0'.length;
const LENGTH_BYTES = 4;

function lengthOf({ bytes, from, to }: Unplaced): number {
  return bytes.length - (to - from) + ENDING.length - 1;
}

// Where the next one begins.
function write(message: Unplaced, { room, seq }: Place, into: Buffer, at: number): number {
  const { bytes, from, to } = message;
  const end = into.writeInt32LE(lengthOf(message), at) - LENGTH_BYTES + lengthOf(message);
  bytes.copy(into, at + LENGTH_BYTES, LENGTH_BYTES, from);
  bytes.copy(into, at + from, to, bytes.length - 1);
  const ending = end - ENDING.length;
  ENDING.copy(into, ending);
  into.set(room.id, ending + ROOM_AT);
  into.writeInt32LE(seq, ending + SEQ_AT);
  return end;
}
