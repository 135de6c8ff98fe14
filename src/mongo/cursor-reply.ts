import type { mongo } from 'mongoose';

import { Batch } from './batch.js';
import { BsonFields, TYPES } from './bson-fields.js';

/** What MongoDB answers to a command that opens a cursor or reads on in it; https://www.mongodb.com/docs/manual/reference/command/getMore/ */
export interface CursorReply {
  /** Of the cursor; 0 where there is no more. */
  readonly id: bigint;
  readonly batch: Batch;
}

const CURSOR = new BsonFields(['id', 'firstBatch', 'nextBatch']);

/** The answer to a command that was sent with `raw`. @throws Error where it has no documents that can be read */
export function toCursorReply({ cursor }: mongo.Document): CursorReply {
  const bytes = cursor as Buffer;
  const isRead = CURSOR.find(bytes, 0);
  const [ofId, ofFirst, ofNext] = CURSOR.types;
  if (!isRead || ofId !== TYPES.int64 || (ofFirst !== TYPES.array && ofNext !== TYPES.array)) throw new Error('MongoDB has answered no documents that can be read');
  const [id = 0, first = 0, next = 0] = CURSOR.places;
  const at = ofFirst === TYPES.array ? first : next;
  return { id: bytes.readBigInt64LE(id), batch: new Batch(bytes.subarray(at, at + bytes.readInt32LE(at))) };
}
