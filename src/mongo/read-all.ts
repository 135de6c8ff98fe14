import type { mongo } from 'mongoose';

import type { Deadline } from './deadline.js';

/** As `batchSize`: all of it in one answer up to MongoDB's 16 MB. The driver asks for 101 documents first unless told. */
export const ALL_AT_ONCE = 100_000;

/** Reads a cursor to its end; each batch is progress, for which the deadline begins anew. */
export async function readAll<T>(cursor: mongo.FindCursor<T>, deadline: Deadline, visit: (document: T) => void): Promise<void> {
  while (await cursor.hasNext()) {
    // One by one: a batch can hold more documents than a call may have arguments.
    for (const document of cursor.readBufferedDocuments()) visit(document);
    deadline.renew();
  }
}
