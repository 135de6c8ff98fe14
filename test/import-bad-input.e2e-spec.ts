import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import mongoose, { type mongo } from 'mongoose';

import type { Deployment } from '../src/maintenance/index.js';
import { newId } from '../src/mongo/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { commandLine, type Ended } from './support/command-line.js';
import { digestOf } from './support/digest.js';
import { moveIn } from './support/importing.js';
import { fillOldData, type OldData } from './support/old-data.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(300_000);

const SIZE = { deployments: 2, rooms: 200, messages: 4_000 };
const SHOP: Deployment = { dbNames: ['shop0'], agentDbs: [] };
// A busy machine is not what is tested.
const PATIENT = { DATABASE_TIMEOUT_MS: '2500' };
const NOBODY = 'mongodb://127.0.0.1:9/?directConnection=true';

type Row = Record<string, unknown> & { readonly _id: mongoose.Types.ObjectId };

let service: TestApp;
let client: mongo.MongoClient;
let old: mongo.Db;
let data: OldData;
let report: string;

beforeAll(async () => {
  service = await startApp(PATIENT);
  client = await new mongoose.mongo.MongoClient(process.env.MONGODB_URI ?? '').connect();
});
afterAll(async () => {
  await dropAll(service);
  await Promise.all([service.close(), client.close()]);
});
beforeEach(async () => {
  const name = `test_old_${newId().toHexString()}`;
  report = join(tmpdir(), `${name}.json`);
  old = client.db(name);
  data = await fillOldData(old, SIZE);
});
afterEach(() => old.dropDatabase());

const chats = (): mongo.Collection<Row> => old.collection<Row>('chats');
const run = (...args: string[]): Promise<Ended> =>
  commandLine(['import', '--database', old.databaseName, '--report', report, ...args], { CONTROL_DATABASE: service.config.mongo.controlDatabase, ...PATIENT });
const into = ({ key }: Tenant, ...args: string[]): Promise<Ended> => run('--from', process.env.MONGODB_URI!, '--tenant', key, ...args);
const move = (tenant: Tenant, options = {}): ReturnType<typeof moveIn> => moveIn(service, tenant, old.databaseName, { deployment: SHOP, ...options });
const databaseOf = (tenant: Tenant): mongo.Db => client.db(tenant.database);

describe('The import command', () => {
  it('ends with 3 where the source cannot be reached, 1 where nothing is to be moved, 2 where it is used wrongly', async () => {
    const tenant = await newTenant(service);
    const [away, wrong, unknown, foreign, nowhere, day] = await Promise.all([
      run('--from', NOBODY, '--tenant', tenant.key),
      into(tenant, '--database', `${old.databaseName}_other`),
      run('--from', process.env.MONGODB_URI!, '--tenant', 'nobodys'),
      into(tenant, '--db-name', 'shop7'),
      run('--from', process.env.MONGODB_URI!),
      into(tenant, '--since', 'yesterday'),
    ]);
    expect([away.code, away.stderr]).toEqual([3, expect.stringMatching(/^The source cannot be reached: /)]);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('has no collection rooms')]);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('no tenant')]);
    expect([foreign.code, foreign.stderr]).toEqual([1, expect.stringContaining('--split')]);
    expect([nowhere.code, day.code]).toEqual([2, 2]);
    expect(await databaseOf(tenant).listCollections().toArray()).toEqual([]);
  });

  it('lists the deployments of a source and proposes the commands', async () => {
    const { code, stdout } = await run('--from', process.env.MONGODB_URI!, '--split', '--json');
    const found = JSON.parse(stdout) as Record<string, unknown>[];
    expect([code, found.length]).toEqual([0, 2]);
    for (const { dbName, agentDb, rooms, duplicateRooms, messages } of data.deployments) {
      const command = `npm run import -- --from URI --database ${old.databaseName} --tenant KEY --db-name ${dbName} --agent-db ${agentDb}`;
      expect(found).toContainEqual({ db_names: [dbName], agent_dbs: [agentDb], rooms: rooms + duplicateRooms, messages, newest: expect.any(String), command });
    }
  });

  it('says with its exit code and its report what could not be understood, and brings the rest', async () => {
    const tenant = await newTenant(service);
    const [first, second] = await chats().find({ user_type: 'agent' }).sort({ _id: 1 }).skip(5).limit(2).toArray();
    await chats().updateOne({ _id: first!._id }, { $set: { message: { $ne: 'all' } } });
    await chats().updateOne({ _id: second!._id }, { $set: { created_date: 'yesterday' } });
    await old.collection<{ _id: string; room_name: string; db_name: string }>('rooms').insertOne({ _id: 'no id', room_name: 'odd', db_name: 'shop0' });
    const { code, stdout } = await into(tenant, '--db-name', 'shop0', '--db-name', 'shop1', '--json');
    const summary = JSON.parse(stdout);
    expect([code, summary.agrees, summary.rooms_that_differ, summary.faults]).toEqual([1, false, 0, []]);
    expect(summary.not_understood).toEqual({ rooms: 1, roomusers: 0, chats: 2 });
    expect(summary.written.chats).toBe(data.deployments[0]!.messages + data.deployments[1]!.messages - 2);
    const written = JSON.parse(await readFile(report, 'utf8')) as { findings: Row[]; summary: { written: unknown } };
    const told = written.findings.filter(({ what }) => what === 'not understood');
    expect(told).toEqual(
      expect.arrayContaining([
        { collection: 'chats', _id: first!._id.toHexString(), what: 'not understood', why: 'message is a document and not text' },
        { collection: 'chats', _id: second!._id.toHexString(), what: 'not understood', why: 'created_date is "yesterday" and not a date' },
        { collection: 'rooms', _id: 'no id', what: 'not understood', why: '_id is "no id" and not an ObjectId' },
      ]),
    );
    expect(written.summary.written).toEqual(summary.written);
  });

  it('writes nothing on a dry run', async () => {
    const tenant = await newTenant(service);
    const { code, stdout } = await into(tenant, '--db-name', 'shop0', '--dry-run');
    expect([code, stdout]).toEqual([0, expect.stringContaining('nothing was written')]);
    expect(stdout).toMatch(new RegExp(`^written +${data.deployments[0]!.rooms} .* ${data.deployments[0]!.messages}$`, 'm'));
    for (const name of ['rooms', 'messages']) expect(await databaseOf(tenant).collection(name).countDocuments()).toBe(0);
  });
});

describe('An import', () => {
  it('refuses a tenant with rooms of others unless told, and gives the room of a name that is there already what is missing', async () => {
    const tenant = await newTenant(service);
    const like = await old.collection('rooms').findOne({ db_name: 'shop0' });
    const live = await aRoom(service, tenant, { room_name: like!.room_name });
    await expect(move(tenant)).rejects.toThrow('--into-existing');
    const { agrees, written, merged } = await move(tenant, { intoExisting: true });
    const { rooms, duplicateRooms, messages } = data.deployments[0]!;
    expect([agrees, written.rooms, written.chats, merged.rooms]).toEqual([true, rooms - 1, messages, duplicateRooms + 1]);
    expect(await databaseOf(tenant).collection('merged_rooms').findOne({ _id: like!._id })).toEqual({ _id: like!._id, room: live._id });
    await expect(move(tenant)).rejects.toThrow('--into-existing');
  });

  it('tells of a room that is no longer as in the source, and changes nothing of it', async () => {
    const tenant = await newTenant(service);
    await move(tenant);
    const [edited, lost] = await databaseOf(tenant).collection('messages').aggregate([{ $group: { _id: '$room', message: { $first: '$_id' } } }, { $limit: 2 }]).toArray();
    await chats().updateOne({ _id: edited!.message }, { $set: { message: 'edited' } });
    await chats().deleteOne({ _id: lost!.message });
    const before = await digestOf(databaseOf(tenant));
    const again = await move(tenant);
    expect([again.agrees, again.rooms_that_differ, again.reasons['rooms: a stored message differs'], again.reasons['rooms: another number of messages is stored']]).toEqual([false, 2, 1, 1]);
    expect(again.findings.filter(({ what }) => what === 'differs').map(({ _id }) => _id).sort()).toEqual([edited, lost].map((one) => String(one!._id)).sort());
    expect(await digestOf(databaseOf(tenant))).toBe(before);
  });

  it('stops where the database takes no more, with whole rooms only, and goes on when it does', async () => {
    const [tenant, other] = [await newTenant(service), await newTenant(service)];
    await move(other);
    const database = databaseOf(tenant);
    const [{ _id: middle } = { _id: null }] = await databaseOf(other).collection('messages').find().sort({ room: 1, seq: 1 }).skip(1_500).limit(1).toArray();
    await database.createCollection('messages', { validator: { _id: { $ne: middle } } });
    await expect(move(tenant)).rejects.toThrow(/does not take what is brought.*run the same command again/);
    const kept = await database.collection('rooms').find().toArray();
    expect(kept.length).toBeGreaterThan(0);
    for (const { _id, seq } of kept) expect(await database.collection('messages').countDocuments({ room: _id })).toBe(seq);
    expect(await database.collection('messages').countDocuments()).toBe(kept.reduce((sum, { seq }) => sum + Number(seq), 0));
    await database.command({ collMod: 'messages', validator: {} });
    expect((await move(tenant)).agrees).toBe(true);
    expect(await digestOf(database)).toBe(await digestOf(databaseOf(other)));
  });

  it('brings a room of more messages than are stored at once, in parts', async () => {
    const tenant = await newTenant(service);
    const { _id: room } = (await old.collection('rooms').findOne({ db_name: 'shop0' }))!;
    const many = Array.from({ length: 2_500 }, (_, at) => ({ _id: newId(), room, message: String(at), user_type: 'user', created_date: new Date(Date.UTC(2025, 0, 1) + at) }));
    await chats().insertMany(many);
    expect((await move(tenant)).agrees).toBe(true);
    const last = await databaseOf(tenant).collection('messages').find({ room }).sort({ seq: -1 }).limit(2_500).toArray();
    expect(last.reverse().map(({ _id }) => _id)).toEqual(many.map(({ _id }) => _id));
    const stored = await databaseOf(tenant).collection('rooms').findOne({ _id: room });
    expect([stored!.seq, stored!.last_message._id]).toEqual([last.at(-1)!.seq, many.at(-1)!._id]);
  });
});
