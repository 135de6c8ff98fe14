import type { mongo } from 'mongoose';

/**
 * How much later than its date a change may be seen. MongoDB ends a transaction after 60 s, which it looks after every 30 s; and the clocks
 * of its members and of instances may be 30 s apart.
 */
export const SEEN_LATE_MS = 120_000;

/**
 * A date up to which reads that begin from now on see everything: what they do not see, because it is committed later, has a later date. It goes by
 * the clock of MongoDB, which dates changes, and no further than most of its members have got.
 */
export async function findSettledDate(database: mongo.Db, collection: string): Promise<Date> {
  const pipeline = [{ $limit: 1 }, { $project: { _id: 0, now: '$$NOW' } }];
  const answer = await database.command({ aggregate: collection, pipeline, cursor: {}, readConcern: { level: 'majority' } });
  const { cursor, operationTime } = answer as Answer;
  const now = cursor.firstBatch[0]?.now.getTime() ?? Date.now();
  // Of a majority read this is the last operation that a majority has.
  const committed = operationTime === undefined ? now : operationTime.getHighBits() * 1_000;
  return new Date(Math.min(now, committed) - SEEN_LATE_MS);
}

interface Answer {
  readonly cursor: { readonly firstBatch: readonly { readonly now: Date }[] };
  readonly operationTime?: mongo.Timestamp;
}
