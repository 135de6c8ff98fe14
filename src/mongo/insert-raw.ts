import { createRequire } from 'node:module';

import mongoose, { type ClientSession, type mongo } from 'mongoose';

import { toDocument } from './find-at-once.js';

/** Documents that are BSON already, and where they go. */
export interface RawInsert {
  readonly collection: string;
  /** One or several in each, one behind the other, with their `_id` first; each of these less than 40 MB. */
  readonly documents: readonly Buffer[];
  readonly session: ClientSession;
}

/** The driver's own way to send documents that are BSON already, which it uses for its bulk writes and exports to nobody. */
interface DriverInternals {
  readonly makeDocumentSequence?: (field: string, documents: readonly object[], serialized: readonly Buffer[]) => object;
}

/**
 * Stores documents in a transaction without decoding them: making objects of them for the driver to take apart again is half of what storing them costs here
 * (measured). A driver that has another way inside gets objects.
 * @throws MongoServerError for the first document that is refused
 */
export async function insertRaw(database: mongo.Db, { collection, documents, session }: RawInsert, { makeDocumentSequence }: DriverInternals = INTERNALS): Promise<void> {
  if (makeDocumentSequence === undefined) {
    await database.collection(collection).insertMany(documents.flatMap(toDocuments), { session });
    return;
  }
  for (const some of inMessages(documents)) {
    // What the driver shows of them to those who watch its commands.
    const shown = some.map(() => NOTHING);
    const { n, writeErrors } = await database.command({ insert: collection, documents: makeDocumentSequence('documents', shown, some) }, { session });
    const [refused] = (writeErrors ?? []) as mongo.ErrorDescription[];
    if (refused !== undefined) throw new mongoose.mongo.MongoServerError(refused);
    const sent = some.reduce((sum, bytes) => sum + placesOf(bytes).length, 0);
    if (n !== sent) throw new Error(`MongoDB has stored ${String(n)} of ${sent} documents`);
  }
}

// MongoDB reads no message of more than 48,000,000 bytes.
const MESSAGE_BYTES = 40_000_000;

function inMessages(documents: readonly Buffer[]): Buffer[][] {
  const messages: Buffer[][] = [];
  let room = 0;
  for (const bytes of documents) {
    room -= bytes.length;
    if (room >= 0) messages.at(-1)?.push(bytes);
    else {
      messages.push([bytes]);
      room = MESSAGE_BYTES - bytes.length;
    }
  }
  return messages;
}

function placesOf(bytes: Buffer): number[] {
  const places: number[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readInt32LE(at)) places.push(at);
  return places;
}

function toDocuments(bytes: Buffer): mongo.Document[] {
  return placesOf(bytes).map((at) => toDocument(bytes.subarray(at, at + bytes.readInt32LE(at))));
}

const NOTHING = {};
const INTERNALS = findInternals();

function findInternals(): DriverInternals {
  try {
    // The driver that mongoose has, which need not be the one beside it.
    const beside = createRequire(createRequire(import.meta.url).resolve('mongoose'));
    return beside('mongodb/lib/cmap/commands.js') as DriverInternals;
  } catch {
    return {};
  }
}
