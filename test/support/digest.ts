import { createHash } from 'node:crypto';

import mongoose, { type mongo } from 'mongoose';

const COLLECTIONS = ['rooms', 'messages', 'merged_rooms'];

/** One text for all that a tenant has but the revisions, which no two databases share. */
export async function digestOf(database: mongo.Db): Promise<string> {
  const hash = createHash('sha256');
  for (const name of COLLECTIONS) {
    for await (const document of database.collection(name).find({}, { sort: { _id: 1 }, projection: { revision: 0 } })) {
      hash.update(mongoose.mongo.BSON.EJSON.stringify(sorted(document), { relaxed: false }));
    }
  }
  return hash.digest('hex');
}

// Which fields were stored first says nothing.
function sorted(document: object): object {
  return Object.fromEntries(Object.entries(document).sort(([one], [other]) => (one < other ? -1 : 1)));
}
