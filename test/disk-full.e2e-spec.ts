import { join } from 'node:path';

import mongoose, { type mongo } from 'mongoose';

import { readConfig } from '../src/config/index.js';
import { EmbeddedMongo, newId } from '../src/mongo/index.js';
import { startApp, type TestApp } from './support/app.js';
import { digestOf } from './support/digest.js';
import { Disk, itWithDisk } from './support/disk.js';
import { eventually } from './support/eventually.js';
import { moveIn } from './support/importing.js';
import { fillOldData } from './support/old-data.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(180_000);

const SIZE = { deployments: 1, rooms: 2_000, messages: 40_000 };
const PATIENT = { DATABASE_TIMEOUT_MS: '2500' };
const MUCH = 2_000_000;
const SOON = { within: 30_000 };

const old = `test_old_${newId().toHexString()}`;
let client: mongo.MongoClient;
let disk: Disk;
let undisturbed: TestApp;
let expected: string;
const ends: (() => Promise<unknown>)[] = [];

// Where the test is skipped, none of this runs.
beforeAll(async () => {
  disk = Disk.mount(MUCH)!;
  client = await new mongoose.mongo.MongoClient(process.env.MONGODB_URI!).connect();
  await fillOldData(client.db(old), SIZE);
  undisturbed = await startApp(PATIENT);
  const tenant = await newTenant(undisturbed);
  expect((await moveIn(undisturbed, tenant, old)).agrees).toBe(true);
  expected = await digestOf(client.db(tenant.database));
});

afterAll(async () => {
  try {
    for (const end of ends.reverse()) await end();
  } finally {
    disk.unmount();
  }
  await client.db(old).dropDatabase();
  await client.close();
  await dropAll(undisturbed);
  await undisturbed.close();
});

async function startMongo(onExit: () => void = () => undefined): Promise<EmbeddedMongo> {
  const { binary, path, cache } = readConfig(process.env).mongo.embedded;
  const mongod = await EmbeddedMongo.start({ dataPath: join(disk.folder, 'mongo'), binary: binary ?? undefined, path, cache, note: () => undefined, onExit });
  ends.push(() => mongod.stop());
  return mongod;
}

async function startOn({ uri }: EmbeddedMongo, variables: Record<string, string> = {}): Promise<TestApp> {
  const service = await startApp({ ...PATIENT, ...variables, MONGODB_URI: uri });
  ends.push(() => service.close());
  return service;
}

async function connect({ uri }: EmbeddedMongo): Promise<mongo.MongoClient> {
  const connected = await new mongoose.mongo.MongoClient(uri).connect();
  ends.push(() => connected.close());
  return connected;
}

describe('An import into a MongoDB whose disk gets full', () => {
  itWithDisk('stops when MongoDB ends, with whole rooms, and goes on when there is room', async () => {
    let hasEnded = false;
    const filling = await startMongo(() => (hasEnded = true));
    const service = await startOn(filling);
    const tenant = await newTenant(service);
    const watching = await connect(filling);
    const interrupted = moveIn(service, tenant, old);
    interrupted.catch(() => undefined);
    await eventually(async () => expect(await watching.db(tenant.database).collection('messages').estimatedDocumentCount()).toBeGreaterThan(0), SOON);
    await disk.leave(0);
    // Writes what it has in memory, as it does every minute.
    await watching.db('admin').command({ fsync: 1 }).catch(() => undefined);
    await expect(interrupted).rejects.toThrow('The database cannot be reached right now.');
    await eventually(() => expect(hasEnded).toBe(true), SOON);

    await disk.leave(MUCH);
    const mongod = await startMongo();
    const database = (await connect(mongod)).db(tenant.database);
    const rooms = await database.collection('rooms').find().toArray();
    expect(rooms.length).toBeGreaterThan(0);
    for (const { _id, seq } of rooms) expect(await database.collection('messages').countDocuments({ room: _id })).toBe(seq);

    const again = await startOn(mongod, { CONTROL_DATABASE: service.config.mongo.controlDatabase });
    const { agrees, written } = await moveIn(again, tenant, old);
    expect([agrees, written.rooms]).toEqual([true, (await database.collection('rooms').countDocuments()) - rooms.length]);
    expect(await digestOf(database)).toBe(expected);
  });
});
