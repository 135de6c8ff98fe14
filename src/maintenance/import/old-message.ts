import type { Unplaced } from '../../message/index.js';
import { idOf, toBytes, toDocument, TYPES } from '../../mongo/index.js';
import { ofMessage, ofPlain, PLAIN, PLAIN_FIELDS } from './checksum.js';
import { dateOf, toMended, type OldRoom, type Unknown } from './old-documents.js';
import { isPast } from './old-values.js';

/** A message of the source in the types of here, before it has its place. */
export class OldMessage {
  constructor(
    readonly unplaced: Unplaced,
    /** When it was sent, in milliseconds. */
    readonly moment: number,
    /** Of what the source has. */
    readonly checksum: string,
  ) {}

  /** As hexadecimal digits. */
  get id(): string {
    return idOf(this.unplaced.bytes);
  }
}

/** Reads what the source has as a message of this room, without decoding it where all of it is in the types of here already. @throws NotUnderstoodError */
export function readMessage(bytes: Buffer, room: OldRoom, unknown: Unknown): OldMessage {
  return readPlain(bytes) ?? readDecoded(bytes, room, unknown);
}

const ROOM_BYTES = 1 + 'room\0'.length;
const ID_AT = 4 + 1 + '_id\0'.length;
const TEXT = [0, TYPES.string, TYPES.null];
// The types in which a field stays as it is; in the source's `room` is the room's place.
const KEPT: Readonly<Record<string, readonly number[]>> = {
  _id: [TYPES.id],
  room: [TYPES.int32],
  created_date: [TYPES.date],
  is_media: [0, TYPES.boolean, TYPES.null],
  __v: [0, TYPES.int32],
  seq: [0],
};
const TYPES_OF_HERE = PLAIN_FIELDS.map((field) => KEPT[field] ?? TEXT);

function readPlain(bytes: Buffer): OldMessage | null {
  if (!PLAIN.look(bytes) || !PLAIN.isOf(TYPES_OF_HERE) || PLAIN.placeOf('_id') !== ID_AT || !PLAIN.isUtf8('room_name')) return null;
  const moment = PLAIN.momentOf('created_date');
  if (moment === null || !isPast(moment)) return null;
  const checksum = ofPlain(moment);
  const room = PLAIN.placeOf('room');
  return checksum === null ? null : new OldMessage({ bytes, from: room - ROOM_BYTES, to: room + 4 }, moment, checksum);
}

function readDecoded(bytes: Buffer, room: OldRoom, unknown: Unknown): OldMessage {
  const old = toDocument(bytes);
  const moment = dateOf(old, room).getTime();
  const checksum = ofMessage(old, moment);
  const mended = toBytes(toMended(old, room, unknown));
  return new OldMessage({ bytes: mended, from: mended.length - 1, to: mended.length - 1 }, moment, checksum);
}
