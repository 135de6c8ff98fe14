import type { mongo } from 'mongoose';

import type { Batch } from './batch.js';
import { toCursorReply, type CursorReply } from './cursor-reply.js';

/** A `find` or an `aggregate` as MongoDB knows it, with a `batchSize` of `FIRST_BATCH`. */
export interface CursorCommand {
  readonly collection: string;
  readonly command: object;
  /** How many documents are answered at once where they are small. */
  readonly batchSize: number;
}

/** How many documents are asked for first, as long as nobody knows how large they are. */
export const FIRST_BATCH = 10;

// MongoDB fills up to 16 MB with large documents, and all of it stays in memory with the last of them.
const BATCH_BYTES = 1024 * 1024;

/** How many documents to ask for next, so many at most, where so many were so large. */
export function toBatchSize(most: number, { documents, bytes }: { documents: number; bytes: number }): number {
  return Math.max(1, Math.min(most, Math.floor((BATCH_BYTES * documents) / Math.max(1, bytes))));
}

/**
 * The documents of a cursor as MongoDB sends them, of which nothing is decoded; the driver's own cursors take each of them apart first, which is a
 * third of what reading a million of them allocates (measured). All of it is asked of the server that a command of the database goes to: one and the
 * same, or there is no such cursor.
 */
export async function* rawBatches(client: mongo.MongoClient, database: mongo.Db, { collection, command, batchSize }: CursorCommand): AsyncGenerator<Batch> {
  const session = client.startSession();
  const ask = async (asked: object): Promise<CursorReply> => toCursorReply(await database.command(asked, { raw: true, session }));
  let id = 0n;
  try {
    let [asked, size] = [command, FIRST_BATCH];
    do {
      const { batch, ...cursor } = await ask(asked);
      id = cursor.id;
      // MongoDB may have none yet.
      if (batch.length > 0) {
        size = toBatchSize(batchSize, { documents: batch.length, bytes: batch.bytes.length });
        yield batch;
      }
      asked = { getMore: id, collection, batchSize: size };
    } while (id !== 0n);
  } finally {
    if (id !== 0n) await database.command({ killCursors: collection, cursors: [id] }, { session }).catch(() => undefined);
    await session.endSession();
  }
}
