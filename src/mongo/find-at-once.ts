import type { mongo } from 'mongoose';

import { DatabaseUnavailableError, toDatabaseError } from './mongo.errors.js';

/** A `find` whose documents fit into one answer of MongoDB, which is 16 MB; https://www.mongodb.com/docs/manual/reference/command/find/ */
export interface FindAtOnce {
  readonly find: string;
  readonly filter: object;
  readonly projection?: object;
  readonly sort?: object;
  readonly hint?: string;
  readonly limit: number;
}

/**
 * The documents that a `find` answers at once; those above 16 MB are left out. A cursor of the driver decodes its documents one by one and
 * takes twice the time for fifty small ones (measured); for what need not fit into one answer there is `readAll`.
 */
export async function findAtOnce<T>(database: mongo.Db, { limit, ...find }: FindAtOnce): Promise<T[]> {
  const command = { ...find, limit, batchSize: limit, singleBatch: true, readConcern: { level: 'majority' } };
  const ask = (): Promise<mongo.Document> => database.command(command);
  const { cursor } = await ask().catch((error: unknown) => {
    // Once more where a server went away, as the driver does with reads that it knows as such.
    if (toDatabaseError(error) instanceof DatabaseUnavailableError) return ask();
    throw error;
  });
  return (cursor as { firstBatch: T[] }).firstBatch;
}
