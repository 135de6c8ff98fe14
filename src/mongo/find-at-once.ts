import mongoose, { type mongo } from 'mongoose';

import type { Batch } from './batch.js';
import { toCursorReply } from './cursor-reply.js';
import { DatabaseUnavailableError, toDatabaseError } from './mongo.errors.js';

/** A `find` whose documents fit into one answer of MongoDB, which is 16 MB; https://www.mongodb.com/docs/manual/reference/command/find/ */
export interface FindAtOnce {
  readonly find: string;
  readonly filter: object;
  readonly projection?: object;
  readonly sort?: object;
  readonly hint?: string;
  readonly limit: number;
  /** All of it as it was at one moment: else a document that moves in the index while that is read may be passed over. */
  readonly isOfOneMoment?: boolean;
}

/**
 * The documents that a `find` answers at once; those above 16 MB are left out. A cursor of the driver decodes its documents one by one
 * and takes more than twice the time for fifty small ones (measured); for what need not fit into one answer there is `readAll`.
 */
export async function findAtOnce(database: mongo.Db, { limit, isOfOneMoment = false, ...find }: FindAtOnce): Promise<Batch> {
  const command = { ...find, limit, batchSize: limit, singleBatch: true };
  const ask = (level: 'snapshot' | 'majority'): Promise<mongo.Document> => database.command({ ...command, readConcern: { level } }, { raw: true });
  const reply = await ask(isOfOneMoment ? 'snapshot' : 'majority').catch((error: unknown) => {
    // Once more where a server went away, as the driver does with reads that it knows as such; and where a collection or an index has just
    // been made, of which MongoDB has no moment yet.
    if (toDatabaseError(error) instanceof DatabaseUnavailableError) return ask('majority');
    throw error;
  });
  return toCursorReply(reply).batch;
}

/** The `_id` of a stored document, where it is an {@link Id}: MongoDB stores it first. */
export function idOf(bytes: Buffer): string {
  return bytes.toString('hex', ID_AT, ID_AT + 12);
}

/** The document, also where its fields make a reference of it; what is not UTF-8 in it becomes replacement characters. */
export function toDocument(bytes: Buffer): mongo.Document {
  const document = mongoose.mongo.BSON.deserialize(bytes, { validation: { utf8: false } });
  return document instanceof mongoose.mongo.DBRef ? { ...document.fields, $ref: document.collection, $id: document.oid } : document;
}

// Behind the document's length, the type and the name.
const ID_AT = 4 + 1 + '_id\0'.length;
