import mongoose, { type mongo } from 'mongoose';

import { insertRaw, newId } from '../src/mongo/index.js';
import { monitored, onCommand } from './support/explain.js';

const NAME = 'numbers';

let client: mongo.MongoClient;
let database: mongo.Db;
let started: mongo.CommandStartedEvent[];

beforeAll(async () => {
  client = await new mongoose.mongo.MongoClient(monitored(process.env.MONGODB_URI!)).connect();
  onCommand(client, (event) => started.push(event));
  database = client.db(`test_raw_${newId().toHexString()}`);
});
beforeEach(async () => {
  started = [];
  await database.dropCollection(NAME).catch(() => undefined);
  await database.createCollection(NAME);
});
afterAll(async () => {
  await database.dropDatabase();
  await client.close();
});

const toBytes = (...documents: object[]): Buffer => Buffer.concat(documents.map((document) => mongoose.mongo.BSON.serialize(document)));
const stored = (): Promise<mongo.Document[]> => database.collection(NAME).find({}, { sort: { _id: 1 } }).toArray();

/** Stores them in a transaction of their own. */
function insert(documents: readonly Buffer[], ...internals: object[]): Promise<void> {
  return client.withSession((session) => session.withTransaction(() => insertRaw(database, { collection: NAME, documents, session }, ...internals)));
}

describe('insertRaw', () => {
  it.each<[string, object[]]>([
    ['as they are', []],
    ['also by a driver that has no way for it inside', [{}]],
  ])('stores documents %s, several in one buffer or one', async (_how, internals) => {
    const documents = [{ _id: 1, text: 'é', date: new Date(0) }, { _id: 2, list: [null, { a: true }] }, { _id: 3 }];
    await insert([toBytes(documents[0]!, documents[1]!), toBytes(documents[2]!)], ...internals);
    expect(await stored()).toEqual(documents);
  });

  it('takes the way that this driver has inside, which tells those who watch nothing of what is stored', async () => {
    await insert([toBytes({ _id: 1, secret: 'hush' })]);
    expect(started.filter(({ commandName }) => commandName === 'insert').map(({ command }) => command.documents as unknown)).toEqual([[{}]]);
  });

  it.each<[string, object[]]>([
    ['as they are', []],
    ['by a driver that has no way for it inside', [{}]],
  ])('fails for an id that is there, and stores nothing, %s', async (_how, internals) => {
    await database.collection<{ _id: number }>(NAME).insertOne({ _id: 2 });
    await expect(insert([toBytes({ _id: 1 }), toBytes({ _id: 2 }, { _id: 3 })], ...internals)).rejects.toMatchObject({ code: 11_000 });
    expect(await stored()).toEqual([{ _id: 2 }]);
  });

  it('stores nothing where the transaction is given up', async () => {
    await client.withSession((session) =>
      session.withTransaction(async () => {
        await insertRaw(database, { collection: NAME, documents: [toBytes({ _id: 1 })], session });
        await session.abortTransaction();
      }),
    );
    expect(await stored()).toEqual([]);
  });
});
