import type { mongo } from 'mongoose';

import type { Id } from './id.js';

/** What was found among some documents of a collection, and up to which `_id` they were looked at; null: to the last. */
export interface Looked<T> {
  readonly found: T[];
  readonly upTo: Id | null;
}

/** What is looked for without an index: among the next `limit` documents by `_id` behind `after`. */
export interface Look {
  readonly after: Id | null;
  readonly filter: object;
  readonly limit: number;
}

/** Looks for documents that no index finds, some at a time, so that neither takes long nor is much in memory. */
export async function lookThrough<T extends mongo.Document>(collection: mongo.Collection<T>, { after, filter, limit }: Look): Promise<Looked<T>> {
  const behind = after === null ? {} : { $gt: after };
  const range = (bounds: object): object => (Object.keys(bounds).length === 0 ? {} : { _id: bounds });
  const [last] = await collection.find(range(behind), { projection: { _id: 1 }, sort: { _id: 1 }, skip: limit - 1, limit: 1 }).toArray();
  const upTo = last === undefined ? null : (last._id as unknown as Id);
  const within = range({ ...behind, ...(upTo === null ? {} : { $lte: upTo }) });
  const found = await collection.find({ ...within, ...filter }, { hint: { _id: 1 }, batchSize: limit }).toArray();
  return { found: found as T[], upTo };
}
