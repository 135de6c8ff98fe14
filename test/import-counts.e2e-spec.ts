import mongoose, { type mongo } from 'mongoose';
import request from 'supertest';

import { insertRaw, newId } from '../src/mongo/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app.js';
import { moveIn, type Moved } from './support/importing.js';
import { dropAll, newTenant } from './support/tenants.js';

const A_DAY_MS = 24 * 60 * 60 * 1_000;
const OURS = { dbNames: ['ours'], agentDbs: [] };
const DATE = new Date('2023-01-01T00:00:00Z');
const MANY = 3_500;

type Row = mongo.Document & { readonly _id: unknown };

let service: TestApp;
let client: mongo.MongoClient;
let old: mongo.Db;
let tenant: Tenant;
let ours: mongo.ObjectId;
let others: mongo.ObjectId;

beforeAll(async () => {
  service = await startApp();
  client = await new mongoose.mongo.MongoClient(process.env.MONGODB_URI!).connect();
});
beforeEach(async () => {
  old = client.db(`test_old_${newId().toHexString()}`);
  tenant = await newTenant(service);
  [ours, others] = [newId(), newId()];
  await insert('rooms', [
    { _id: ours, room_name: 'ours', db_name: 'ours', type: 'agent_to_user', created_date: DATE },
    { _id: others, room_name: 'others', db_name: 'others', type: 'agent_to_user', created_date: DATE },
  ]);
});
afterEach(async () => old.dropDatabase());
afterAll(async () => {
  await client.close();
  await dropAll(service);
  await service.close();
});

async function insert(name: string, rows: readonly Row[]): Promise<void> {
  await old.collection<Row>(name).insertMany([...rows]);
}

const idOf = (moment: number): mongo.ObjectId => {
  const seconds = Math.floor(moment / 1_000).toString(16).padStart(8, '0');
  return new mongoose.mongo.ObjectId(seconds + newId().toHexString().slice(8));
};
const aChat = (id: unknown, room: mongo.ObjectId, at = 0): Row => ({ _id: id, room, room_name: 'x', user_type: 'agent', message: String(at), created_date: new Date(DATE.getTime() + at) });
const move = (options: object = {}, uri = process.env.MONGODB_URI!): Promise<Moved> => moveIn(service, tenant, old.databaseName, { deployment: OURS, ...options }, uri);
const messages = (): mongo.Collection => client.db(tenant.database).collection('messages');

const now = Date.now();
const LONG_AGO = idOf(now - 1_000 * A_DAY_MS);
const IDS: Record<string, () => unknown[]> = {
  'old and new': () => [idOf(now - 900 * A_DAY_MS), idOf(now - 20 * 60_000), idOf(now - 9 * 60_000), idOf(now)],
  'all old': () => [idOf(now - 900 * A_DAY_MS), idOf(now - 899 * A_DAY_MS)],
  'partly of the future': () => [idOf(now - 900 * A_DAY_MS), idOf(now), idOf(now + 900 * A_DAY_MS)],
  'no ids': () => [`a${newId().toHexString()}`, Math.random()],
  'ids and others': () => [`a${newId().toHexString()}`, idOf(now - 900 * A_DAY_MS), idOf(now), new Date(now + Math.floor(Math.random() * A_DAY_MS))],
};

describe('What the source has', () => {
  it.each(Object.keys(IDS))('is counted once and read once where its messages have ids that are %s', async (kind) => {
    const [mine, theirs] = [IDS[kind]!(), IDS[kind]!()];
    await insert('chats', [...mine.map((id) => aChat(id, ours)), ...theirs.map((id) => aChat(id, others))]);
    const { faults, of_others: ofOthers, read, written, not_understood: left, progress } = await move();

    const known = mine.filter((id) => id instanceof mongoose.mongo.ObjectId).length;
    expect({ faults, ofOthers: ofOthers.chats, read: read.chats, written: written.chats, left: left.chats }).toEqual({
      faults: [],
      ofOthers: theirs.length,
      read: mine.length,
      written: known,
      left: mine.length - known,
    });
    expect(progress).toContain(` of ${mine.length} messages`);
  });

  it('is recorded as moved in, by whom and how much, and not where nothing was written', async () => {
    await insert('chats', [aChat(newId(), ours), aChat(newId(), ours)]);
    for (const options of [{ dryRun: true }, {}, {}]) await move(options);
    const { body } = await request(service.url).get('/admin/audit').query({ tenant: tenant.key }).set('Authorization', `Bearer ${ADMIN_TOKEN}`).expect(200);
    const records = (body as { action: string; details: object }[]).filter(({ action }) => action === 'history moved in');
    expect(records.map(({ details }) => details)).toEqual([{ source: expect.any(String), written: { rooms: 1, roomusers: 0, chats: 2, userlocations: 0 } }]);
  });

  it.each<[string, () => mongo.ObjectId]>([
    ['long ago', () => LONG_AGO],
    ['an hour ago', () => idOf(now - 60 * 60_000)],
    ['a minute ago', () => idOf(now - 60_000)],
    ['the future', () => idOf(now + A_DAY_MS)],
  ])('is counted and read since %s', async (_when, since) => {
    const all = [idOf(now - 900 * A_DAY_MS), idOf(now - 20 * 60_000), idOf(now - 30_000)];
    await insert('chats', all.flatMap((id) => [aChat(id, ours), aChat(idOf(id.getTimestamp().getTime()), others)]));
    const from = since();
    const wanted = all.filter((id) => id.toHexString() >= from.toHexString()).length;

    const { faults, of_others: ofOthers, written } = await move({ from });
    expect([faults, ofOthers.chats, written.chats]).toEqual([[], wanted, wanted]);
  });
});

describe('A run since a date', () => {
  it('reads what is new by the index, and not all messages from end to end', async () => {
    await insert('chats', Array.from({ length: 200 }, (_, at) => aChat(idOf(now - (at + 1) * A_DAY_MS), ours)));
    await old.command({ profile: 2 });
    const { faults, written } = await move({ from: idOf(now - 5.5 * A_DAY_MS) });
    await old.command({ profile: 0 });
    expect([faults, written.chats]).toEqual([[], 5]);
    const reads = await old.collection('system.profile').find({ ns: `${old.databaseName}.chats`, docsExamined: { $gt: 10 } }).toArray();
    expect(reads.map(({ planSummary, docsExamined }) => ({ planSummary, docsExamined }))).toEqual([]);
  });
});

describe('Where the source is', () => {
  it.each(['primary', 'secondaryPreferred'])('some server as %s, its messages come a thousand at a time', async (readPreference) => {
    await insert('chats', Array.from({ length: 2_500 }, (_, at) => aChat(newId(), ours, at)));
    await old.command({ profile: 2 });
    const { agrees, written } = await move({}, `${process.env.MONGODB_URI!}&readPreference=${readPreference}`);
    await old.command({ profile: 0 });
    expect([agrees, written.chats]).toEqual([true, 2_500]);
    const reads = await old.collection('system.profile').find({ ns: `${old.databaseName}.chats`, op: 'getmore' }).toArray();
    expect(reads.map(({ nreturned }) => Number(nreturned))).toEqual([1_000, 1_000, 490]);
  });
});

describe('Large messages', () => {
  it('are stored although what is no UTF-8 in them becomes three times as long, more than MongoDB reads at once', async () => {
    const rooms = Array.from({ length: 3 }, (_, at) => ({ _id: newId(), room_name: `room ${at}`, db_name: 'ours', type: 'agent_to_user', created_date: DATE }));
    await insert('rooms', rooms);
    for (const { _id: room } of rooms) {
      const documents = Array.from({ length: 8 }, () => Buffer.from(mongoose.mongo.BSON.serialize({ ...aChat(newId(), room), message: '\u0001'.repeat(1_000_000) })));
      for (const bytes of documents) bytes.fill(0xff, bytes.indexOf(1, bytes.indexOf('message\0') + 12), bytes.indexOf(1, bytes.indexOf('message\0') + 12) + 1_000_000);
      await client.withSession((session) => session.withTransaction(() => insertRaw(old, { collection: 'chats', documents, session })));
    }
    const { faults, written } = await move();
    expect([faults, written.chats]).toEqual([[], 24]);
    const [first] = await messages().find({}, { limit: 1 }).toArray();
    expect(first!.message).toBe('\uFFFD'.repeat(1_000_000));
  });
});

describe('A room that has another name in the source since, while a new one has its old name', () => {
  it('ends neither this run nor the next: both messages are here, and the run says that the rooms differ', async () => {
    await insert('chats', [aChat(newId(), ours)]);
    await move();
    await old.collection('rooms').updateOne({ _id: ours }, { $set: { room_name: 'renamed' } });
    const again = newId();
    await insert('rooms', [{ _id: again, room_name: 'ours', db_name: 'ours', type: 'agent_to_user', created_date: DATE }]);
    await insert('chats', [aChat(newId(), ours), aChat(newId(), again)]);
    const { written, agrees } = await move();
    expect([written.chats, agrees]).toEqual([2, false]);
    expect((await move()).written.chats).toBe(0);
    expect(await messages().countDocuments()).toBe(3);
  });
});

describe('Rooms of many messages', () => {
  it('have them in their order, between rooms of few', async () => {
    const rooms = Array.from({ length: 40 }, (_, at) => ({ _id: newId(), room_name: `room ${at}`, db_name: 'ours', type: 'agent_to_user', created_date: DATE }));
    await insert('rooms', rooms);
    const sizes: number[] = rooms.map((_, at) => (at % 13 === 5 ? MANY : 40));
    for (const [at, { _id: room }] of rooms.entries()) await insert('chats', Array.from({ length: sizes[at]! }, (_, index) => aChat(newId(), room, sizes[at]! - index)));

    const { faults, written } = await move();
    expect([faults, written.chats]).toEqual([[], sizes.reduce((sum, size) => sum + size)]);
    const stored = await messages().find({}, { sort: { room: 1, seq: 1 }, projection: { room: 1, seq: 1, message: 1 } }).toArray();
    const found = rooms.map(({ _id: room }) => stored.filter((message) => room.equals(message.room)).map(({ seq, message }) => `${seq}=${message}`).join());
    expect(found.map((all, at) => all === Array.from({ length: sizes[at]! }, (_, index) => `${index + 1}=${index + 1}`).join())).toEqual(rooms.map(() => true));
  });
});
