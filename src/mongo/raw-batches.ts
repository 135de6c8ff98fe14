import type { mongo } from 'mongoose';

import type { Batch } from './batch.js';
import { toCursorReply, type CursorReply } from './cursor-reply.js';

/** A `find` or an `aggregate` as MongoDB knows it, but for how many documents are answered at once. */
export interface CursorCommand {
  readonly collection: string;
  readonly command: object;
  /** How many documents are answered at once, if they fit into 16 MB. */
  readonly batchSize: number;
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
    let asked = command;
    do {
      const reply = await ask(asked);
      ({ id } = reply);
      // MongoDB may have none yet.
      if (reply.batch.length > 0) yield reply.batch;
      asked = { getMore: id, collection, batchSize };
    } while (id !== 0n);
  } finally {
    if (id !== 0n) await database.command({ killCursors: collection, cursors: [id] }, { session }).catch(() => undefined);
    await session.endSession();
  }
}
