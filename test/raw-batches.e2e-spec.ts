import mongoose, { type mongo } from 'mongoose';

import { FIRST_BATCH, newId, rawBatches } from '../src/mongo/index.js';

const NAME = 'numbers';
const COMMAND = { collection: NAME, command: { find: NAME, sort: { _id: 1 }, batchSize: FIRST_BATCH }, batchSize: 1_000 };

let client: mongo.MongoClient;
let database: mongo.Db;

beforeAll(async () => {
  client = await new mongoose.mongo.MongoClient(process.env.MONGODB_URI!).connect();
  database = client.db(`test_raw_${newId().toHexString()}`);
  await database.collection<{ _id: number }>(NAME).insertMany(Array.from({ length: 2_500 }, (_, at) => ({ _id: at })));
});
afterAll(async () => {
  await database.dropDatabase();
  await client.close();
});

async function openCursors(): Promise<number> {
  const pipeline = [{ $currentOp: { idleCursors: true } }, { $match: { type: 'idleCursor', ns: `${database.databaseName}.${NAME}` } }];
  return (await client.db('admin').aggregate(pipeline).toArray()).length;
}

describe('rawBatches', () => {
  it('answers all documents in their order, as many at once as asked for', async () => {
    const read: number[][] = [];
    for await (const batch of rawBatches(client, database, COMMAND)) read.push(batch.documents().map((bytes) => mongoose.mongo.BSON.deserialize(bytes)._id as number));

    expect(read.map(({ length }) => length)).toEqual([FIRST_BATCH, 1_000, 1_000, 490]);
    expect(read.flat()).toEqual(Array.from({ length: 2_500 }, (_, at) => at));
    expect(await openCursors()).toBe(0);
  });

  it('asks for fewer where they are large, and for more again where they are not', async () => {
    const large = Array.from({ length: 60 }, (_, at) => ({ _id: at, text: 'x'.repeat(100_000) }));
    const small = Array.from({ length: 1_000 }, (_, at) => ({ _id: 60 + at }));
    await database.collection<{ _id: number }>('large').insertMany([...large, ...small]);

    const read: { length: number; bytes: number }[] = [];
    for await (const { length, bytes } of rawBatches(client, database, { ...COMMAND, collection: 'large', command: { ...COMMAND.command, find: 'large' } })) read.push({ length, bytes: bytes.length });
    expect(read.map(({ length }) => length)).toEqual([10, 10, 10, 10, 10, 10, 10, 990]);
    expect(Math.max(...read.map(({ bytes }) => bytes))).toBeLessThan(1_100_000);
  });

  it('leaves no cursor open where nobody reads on', async () => {
    for await (const batch of rawBatches(client, database, COMMAND)) {
      expect([batch.length, await openCursors()]).toEqual([FIRST_BATCH, 1]);
      break;
    }
    expect(await openCursors()).toBe(0);
  });

  it('answers nothing where there is nothing, and fails with what MongoDB says', async () => {
    const read: number[] = [];
    for await (const { length } of rawBatches(client, database, { ...COMMAND, command: { find: 'nothing' } })) read.push(length);
    expect(read).toEqual([]);
    await expect(rawBatches(client, database, { ...COMMAND, command: { find: NAME, filter: { $wrong: 1 } } }).next()).rejects.toThrow('unknown top level operator');
  });
});
