import { BsonFields, TYPES } from '../mongo/index.js';
import type { RoomKey } from './room-query.js';

const FIELDS = new BsonFields(['_id', 'revision', 'updated_date']);

/** The key that stands in these BSON bytes. */
export function toRoomKey(bytes: Buffer): RoomKey {
  const [id = 0, revision = 0, updatedDate = 0] = FIELDS.find(bytes, 0) ? FIELDS.places : [];
  const isKey = FIELDS.types[0] === TYPES.id && FIELDS.types[1] === TYPES.id && FIELDS.types[2] === TYPES.date;
  if (!isKey) throw new Error('a stored room has an _id, a revision and an updated_date, each of its own type');
  return { id: toHex(bytes, id), revision: toHex(bytes, revision), updatedDate: new Date(Number(bytes.readBigInt64LE(updatedDate))) };
}

function toHex(bytes: Buffer, at: number): string {
  return bytes.toString('hex', at, at + 12);
}
