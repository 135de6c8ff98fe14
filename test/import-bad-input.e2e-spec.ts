import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import mongoose, { type mongo } from 'mongoose';

import type { Deployment } from '../src/maintenance/index.js';
import { newId } from '../src/mongo/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { builtFolder } from './support/built.js';
import { Calls } from './support/calls.js';
import { commandLine, type Ended } from './support/command-line.js';
import { digestOf } from './support/digest.js';
import { eventually } from './support/eventually.js';
import { moveIn } from './support/importing.js';
import { Listener } from './support/listener.js';
import { fillOldData, type OldData } from './support/old-data.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(300_000);

const SIZE = { deployments: 2, rooms: 200, messages: 4_000 };
const SHOP: Deployment = { dbNames: ['shop0'], agentDbs: [] };
// A busy machine is not what is tested.
const PATIENT = { DATABASE_TIMEOUT_MS: '2500' };
const NOBODY = 'mongodb://127.0.0.1:9/?directConnection=true';

const MB = 1024 * 1024;
const OLD = new Date('2024-01-01T10:00:00.000Z');

type Row = Record<string, unknown> & { readonly _id: mongoose.Types.ObjectId };

let service: TestApp;
let client: mongo.MongoClient;
/** A source, and where the report of an import of it is written. */
interface Source {
  readonly old: mongo.Db;
  readonly data: OldData;
  readonly report: string;
}

const filled: mongo.Db[] = [];
let shared: Source;
let old: mongo.Db;
let data: OldData;
let report: string;

beforeAll(async () => {
  service = await startApp(PATIENT);
  client = await new mongoose.mongo.MongoClient(process.env.MONGODB_URI ?? '').connect();
  shared = await fillAnew();
});
beforeEach(() => {
  ({ old, data, report } = shared);
});
afterAll(async () => {
  await Promise.all(filled.map((one) => one.dropDatabase()));
  await dropAll(service);
  await Promise.all([service.close(), client.close()]);
});
/** Another source, for a test that changes it. */
async function fillAnew(): Promise<Source> {
  const name = `test_old_${newId().toHexString()}`;
  report = join(tmpdir(), `${name}.json`);
  old = client.db(name);
  filled.push(old);
  data = await fillOldData(old, SIZE);
  return { old, data, report };
}

/** A source of two rooms of shop0 with a message each, and a tenant for it. */
async function aSmallSource(): Promise<{ tenant: Tenant; room: Row; last: Row }> {
  const name = `test_old_${newId().toHexString()}`;
  report = join(tmpdir(), `${name}.json`);
  old = client.db(name);
  filled.push(old);
  const rooms = ['first', 'last'].map((room): Row => ({ _id: newId(), room_name: room, db_name: 'shop0', type: 'agent_to_user', created_date: OLD, updated_date: OLD }));
  await old.collection<Row>('rooms').insertMany(rooms);
  await chats().insertMany(rooms.map(({ _id: room }) => ({ _id: newId(), room, message: 'hello', user_type: 'user', auth_user_id: '5', created_date: OLD })));
  return { tenant: await newTenant(service), room: rooms[0]!, last: rooms[1]! };
}

const chats = (): mongo.Collection<Row> => old.collection<Row>('chats');
const run = (...args: string[]): Promise<Ended> =>
  commandLine(['import', '--database', old.databaseName, '--report', report, ...args], { CONTROL_DATABASE: service.config.mongo.controlDatabase, ...PATIENT });
const into = ({ key }: Tenant, ...args: string[]): Promise<Ended> => run('--from', process.env.MONGODB_URI!, '--tenant', key, ...args);
const move = (tenant: Tenant, options = {}, uri?: string): ReturnType<typeof moveIn> => moveIn(service, tenant, old.databaseName, { deployment: SHOP, ...options }, uri);
const databaseOf = (tenant: Tenant): mongo.Db => client.db(tenant.database);

describe('The import command', () => {
  it('ends with 3 where the source cannot be reached, 1 where nothing is to be moved, 2 where it is used wrongly', async () => {
    const tenant = await newTenant(service);
    const [away, wrong, odd, unknown, foreign, unwritable, nowhere, day, nameless] = await Promise.all([
      run('--from', NOBODY, '--tenant', tenant.key),
      into(tenant, '--database', `${old.databaseName}_other`),
      into(tenant, '--database', 'odd.name'),
      run('--from', process.env.MONGODB_URI!, '--tenant', 'nobodys'),
      into(tenant, '--db-name', 'shop7'),
      into(tenant, '--db-name', 'shop0', '--report', join(tmpdir(), 'nowhere', 'report.json')),
      run('--from', process.env.MONGODB_URI!),
      into(tenant, '--since', 'yesterday'),
      into(tenant, '--db-name', ''),
    ]);
    expect([away.code, away.stderr]).toEqual([3, expect.stringMatching(/^The source cannot be reached: /)]);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('has no collection rooms')]);
    expect([odd.code, odd.stderr]).toEqual([1, expect.stringMatching(/^The source cannot be asked like this: /)]);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('no tenant')]);
    expect([foreign.code, foreign.stderr]).toEqual([1, expect.stringContaining('--split')]);
    expect([unwritable.code, unwritable.stderr]).toEqual([1, expect.stringMatching(/^The report cannot be written as .*report\.json \(ENOENT\)/)]);
    expect([nowhere.code, day.code, nameless.code]).toEqual([2, 2, 2]);
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
    await fillAnew();
    const tenant = await newTenant(service);
    const [first, second] = await chats().find({ user_type: 'agent' }).sort({ _id: 1 }).skip(5).limit(2).toArray();
    await chats().updateOne({ _id: first!._id }, { $set: { message: { $ne: 'all' } } });
    await chats().updateOne({ _id: second!._id }, { $set: { created_date: 'yesterday' } });
    await old.collection<{ _id: string; room_name: string; db_name: string }>('rooms').insertOne({ _id: 'no id', room_name: 'odd', db_name: 'shop0' });
    const dirty = { _id: newId(), room_name: 'dirty', db_name: 'shop0', type: 'vendor_to_user', created_date: OLD, updated_date: OLD };
    await old.collection('rooms').insertOne(dirty);
    // Of somebody who is not in the room, newer than the room, and naming it in capitals.
    await chats().insertOne({ _id: newId(), room: dirty._id.toHexString().toUpperCase(), message: 'late', user_type: 'vendor', auth_user_id: 7, created_date: new Date() });
    const { code, stdout } = await into(tenant, '--db-name', 'shop0', '--db-name', 'shop1', '--json');
    const summary = JSON.parse(stdout);
    expect([code, summary.agrees, summary.rooms_that_differ, summary.faults]).toEqual([1, false, 0, []]);
    expect(summary.not_understood).toEqual({ rooms: 1, roomusers: 0, chats: 2, userlocations: 0 });
    expect(summary.written.chats).toBe(data.deployments[0]!.messages + data.deployments[1]!.messages - 1);
    const { code: checked, stdout: found } = await commandLine(['tenant', 'check', tenant.key, '--json'], { CONTROL_DATABASE: service.config.mongo.controlDatabase, ...PATIENT });
    expect([checked, JSON.parse(found)]).toEqual([0, expect.objectContaining({ differing: 0, agrees: true })]);
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

  it('reports what is of no known form by its id, whatever it is, and goes on', async () => {
    const { tenant, room, last } = await aSmallSource();
    const message = (fields: object): Row => ({ _id: newId(), room: room._id, message: 'odd', user_type: 'user', auth_user_id: '5', created_date: OLD, ...fields });
    const odd = [message({}), message({}), message({ created_date: NaN }), message({ room: [room._id], message: 'for the first room only' })];
    const strange = { ...message({ room: 'nowhere' }), _id: { toString: 1 } };
    await chats().insertMany([...odd, message({ $ref: 'x', $id: 1 })]);
    await old.collection('chats').insertOne(strange as object);
    // Further away than a Date of JavaScript: only MongoDB itself makes one.
    const far = { $add: [new Date(8.64e15), 1_000] };
    for (const [at, field] of ['created_date', 'message'].entries()) await chats().updateOne({ _id: odd[at]!._id }, [{ $set: { [field]: far } }]);
    const { code, stdout, stderr } = await into(tenant, '--db-name', 'shop0', '--json');
    expect([code, stderr]).toEqual([1, expect.stringContaining('messages')]);
    const { written, not_understood: left, skipped, rooms_that_differ: differing, faults, reasons, fields_left_out: leftOut } = JSON.parse(stdout);
    expect([written.chats, left.chats, skipped.chats, differing, faults]).toEqual([3, 3, 2, 0, []]);
    expect(reasons).toEqual({
      'chats: its room is not in the source': 2,
      'chats: created_date is a date that is too far away and not text': 1,
      'chats: message is a date that is too far away and not text': 1,
      'chats: created_date is NaN and not a date': 1,
    });
    expect(leftOut).toEqual({ 'chats.$ref': 1, 'chats.$id': 1 });
    const { findings } = JSON.parse(await readFile(report, 'utf8')) as { findings: Row[] };
    expect(findings.map(({ _id }) => String(_id)).sort()).toEqual([...odd.map(({ _id }) => _id.toHexString()), '{"toString":1}'].sort());
    // In the last room least of all.
    expect(await databaseOf(tenant).collection('messages').countDocuments({ room: last._id })).toBe(1);
    const { code: listed, stdout: list } = await run('--from', process.env.MONGODB_URI!, '--split');
    expect([listed, list]).toEqual([0, expect.stringContaining(`newest ${OLD.toISOString()}`)]);
  });

  it('passes over what is dated in the future, so that nothing that is sent gets such a date', async () => {
    const { tenant, room, last } = await aSmallSource();
    const future = new Date('9999-12-31T00:00:00.000Z');
    const sent = { _id: newId(), room: room._id, message: 'far', user_type: 'user', auth_user_id: '5', created_date: future };
    const joined = { _id: newId(), room_id: room._id, user_type: 'user', auth_user_id: '5', created_date: '9999-12-31' };
    await chats().insertOne(sent);
    await old.collection('roomusers').insertOne(joined);
    await old.collection('rooms').updateOne({ _id: last._id }, { $set: { updated_date: future } });
    const { findings, not_understood: left, skipped, written, rooms_that_differ: differing, faults } = await move(tenant);
    expect([left, skipped.chats, written, differing, faults]).toEqual([
      { rooms: 1, roomusers: 1, chats: 1, userlocations: 0 },
      1,
      { rooms: 1, roomusers: 0, chats: 1, userlocations: 0 },
      0,
      [],
    ]);
    expect(findings.map(({ _id, why }) => [_id, why])).toEqual(
      expect.arrayContaining([
        [String(sent._id), 'created_date is 9999-12-31T00:00:00.000Z and not a date up to tomorrow'],
        [String(joined._id), 'created_date is 9999-12-31T00:00:00.000Z and not a date up to tomorrow'],
        [String(last._id), 'updated_date is 9999-12-31T00:00:00.000Z and not a date up to tomorrow'],
      ]),
    );
    const { created_date: date } = await aMessage(service, tenant, room._id);
    expect(new Date(date).getTime()).toBeLessThanOrEqual(Date.now());
  });

  it('passes over what is too large to be kept, and brings the rest, a few megabytes at a time', async () => {
    const { tenant, room, last } = await aSmallSource();
    const message = (bytes: number, fields: object = {}): Row => ({ _id: newId(), room: room._id, message: 'x'.repeat(bytes), user_type: 'user', auth_user_id: '5', created_date: OLD, ...fields });
    const bare = mongoose.mongo.BSON.calculateObjectSize(message(0));
    const large = [message(9 * MB), message(9 * MB, { room: last._id }), message(16 * MB - bare)];
    for (const one of large) await chats().insertOne(one);
    for (let at = 0; at < 20; at++) await chats().insertOne(message(900_000, { username: String(at) }));
    const people = Array.from({ length: 6 }, (_, at): Row => ({ _id: newId(), room_id: last._id, user_type: 'user', auth_user_id: String(at), username: 'y'.repeat(900_000), created_date: OLD }));
    await old.collection<Row>('roomusers').insertMany(people);
    const wide = { _id: newId(), room_name: 'wide', db_name: 'shop0', type: 'agent_to_user', product_name: 'z'.repeat(9 * MB), created_date: OLD };
    await old.collection<Row>('rooms').insertOne(wide);
    const { findings, not_understood: left, written, rooms_that_differ: differing, faults } = await move(tenant);
    expect([left, written, differing, faults]).toEqual([{ rooms: 1, roomusers: 2, chats: 3, userlocations: 0 }, { rooms: 2, roomusers: 4, chats: 22, userlocations: 0 }, 0, []]);
    expect(findings.map(({ _id }) => _id).sort()).toEqual([...large, ...people.slice(4), wide].map(({ _id }) => String(_id)).sort());
    expect(findings.find(({ _id }) => _id === String(large[2]!._id))!.why).toMatch(/^size in bytes is 167772\d\d and not at most 1048576$/);
    expect((await move(tenant)).written).toEqual({ rooms: 0, roomusers: 0, chats: 0, userlocations: 0 });
  });

  it('reads from any member where the URI asks for others than the primary', async () => {
    const { tenant } = await aSmallSource();
    const { agrees, written } = await move(tenant, {}, `${process.env.MONGODB_URI!}&readPreference=secondaryPreferred`);
    expect([agrees, written.chats]).toEqual([true, 2]);
  });

  it('reads ids of rooms that are written in capitals and small letters, and reports those of no room', async () => {
    const { tenant, room } = await aSmallSource();
    const [id, nobodys] = ['aBcDeF012345678901234567', 'FfFfFf012345678901234567'];
    await old.collection('rooms').insertOne({ ...room, _id: mongoose.Types.ObjectId.createFromHexString(id.toLowerCase()), room_name: 'mixed' });
    const sent = [id, nobodys].map((of): Row => ({ _id: newId(), room: of, message: 'hello', user_type: 'user', auth_user_id: '5', created_date: OLD }));
    const joined = [id, nobodys].map((of): Row => ({ _id: newId(), room_id: of, user_type: 'user', auth_user_id: '5', created_date: OLD }));
    await chats().insertMany(sent);
    await old.collection<Row>('roomusers').insertMany(joined);
    const { agrees, faults, findings, written } = await move(tenant);
    expect([agrees, faults, written]).toEqual([true, [], { rooms: 3, roomusers: 1, chats: 3, userlocations: 0 }]);
    expect(findings.map(({ _id, what }) => [_id, what]).sort()).toEqual([sent[1]!, joined[1]!].map(({ _id }) => [String(_id), 'skipped']).sort());
  });

  it('takes a room that is named as the id of one without a name for the same', async () => {
    const { tenant, room, last } = await aSmallSource();
    await old.collection('rooms').updateOne({ _id: room._id }, { $unset: { room_name: 1 } });
    await old.collection('rooms').updateOne({ _id: last._id }, { $set: { room_name: room._id.toHexString() } });
    const { agrees, merged, written } = await move(tenant);
    expect([agrees, merged.rooms, written.rooms, written.chats]).toEqual([true, 1, 1, 2]);
  });

  it('reads nothing of before a date, however late that is', async () => {
    const { tenant } = await aSmallSource();
    const { code, stdout } = await into(tenant, '--db-name', 'shop0', '--since', '2200-01-01', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ read: { rooms: 2, roomusers: 0, chats: 0, userlocations: 0 } })]);
  });

  it('says that it was stopped, and goes on when it is run again', async () => {
    const tenant = await newTenant(service);
    const { hosts } = client.options;
    const proxy = await TcpProxy.start({ host: hosts[0]!.host!, port: hosts[0]!.port! });
    const reading = proxy.next('__date', 'request silenced');
    const args = ['import', '--from', `mongodb://127.0.0.1:${proxy.port}/?directConnection=true`, '--database', old.databaseName, '--report', report, '--tenant', tenant.key, '--db-name', 'shop0'];
    const { PATH, HOME, MONGODB_URI } = process.env;
    const env = { PATH, HOME, MONGODB_URI, CONTROL_DATABASE: service.config.mongo.controlDatabase, ...PATIENT };
    const child = spawn(process.execPath, [join(await builtFolder(), 'cli.js'), ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    await reading;
    child.kill('SIGINT');
    expect([...(await once(child, 'close')), said]).toEqual([130, null, expect.stringContaining('the same command goes on')]);
    await proxy.close();
    expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({ summary: { stopped: 'SIGINT', agrees: false } });
    expect((await move(tenant, { intoExisting: true })).agrees).toBe(true);
  });

  it('writes nothing on a dry run', async () => {
    const tenant = await newTenant(service);
    const { code, stdout } = await into(tenant, '--db-name', 'shop0', '--dry-run');
    expect([code, stdout]).toEqual([0, expect.stringContaining('nothing was written')]);
    expect(stdout).toMatch(new RegExp(`^written +${data.deployments[0]!.rooms} .* ${data.deployments[0]!.messages} +0$`, 'm'));
    for (const name of ['rooms', 'messages']) expect(await databaseOf(tenant).collection(name).countDocuments()).toBe(0);
  });

  it('leaves a run beside a dry run alone', async () => {
    const { tenant } = await aSmallSource();
    await move(tenant);
    const records = client.db(service.config.mongo.controlDatabase).collection<{ _id: string; sessions: unknown[] }>('imports');
    const running = client.startSession();
    running.startTransaction();
    await databaseOf(tenant).collection('rooms').insertOne({ room_name: 'being stored' }, { session: running });
    await records.insertOne({ _id: tenant.key, sessions: [running.id] });
    expect((await move(tenant, { dryRun: true })).agrees).toBe(true);
    await running.commitTransaction();
    await running.endSession();
    expect(await records.countDocuments({ _id: tenant.key })).toBe(1);
    expect(await databaseOf(tenant).collection('rooms').countDocuments()).toBe(3);
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
    await fillAnew();
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

  it('tells of a room that runs for several deployments filled, until one run is for all of them, and brings again what was removed here', async () => {
    const { tenant, room } = await aSmallSource();
    const other = { ...room, _id: newId(), db_name: 'shop1' };
    await old.collection<Row>('rooms').insertOne(other);
    await chats().insertOne({ _id: newId(), room: other._id, message: 'of shop1', user_type: 'user', auth_user_id: '5', created_date: OLD });
    const both = { deployment: { dbNames: ['shop0', 'shop1'], agentDbs: [] } };
    const reason = 'rooms: another number of messages is stored';
    expect((await move(tenant)).agrees).toBe(true);
    expect(await move(tenant, { deployment: { dbNames: ['shop1'], agentDbs: [] } })).toMatchObject({ agrees: false, rooms_that_differ: 1, reasons: { [reason]: 1 }, written: { chats: 1 }, faults: [] });
    expect((await move(tenant)).reasons[reason]).toBe(1);
    expect(await move(tenant, both)).toMatchObject({ agrees: true, written: { rooms: 0, chats: 0 } });
    const messages = databaseOf(tenant).collection('messages');
    // As retention does.
    await messages.deleteOne({ room: room._id, seq: 1 });
    expect(await move(tenant, both)).toMatchObject({ agrees: true, written: { chats: 1 } });
    expect(await messages.distinct('seq', { room: room._id })).toEqual([2, 3]);
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
    await fillAnew();
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

  it('comes to the same when two of them run at once', async () => {
    const [tenant, other] = [await newTenant(service), await newTenant(service)];
    const [one, two] = await Promise.all([move(tenant), move(tenant), move(other)]);
    expect([one.agrees, two.agrees, one.written.chats + two.written.chats]).toEqual([true, true, data.deployments[0]!.messages]);
    expect(await digestOf(databaseOf(tenant))).toBe(await digestOf(databaseOf(other)));
  });

  it('stops where the source goes away, and goes on when it is back', async () => {
    const tenant = await newTenant(service);
    const { hosts } = client.options;
    const proxy = await TcpProxy.start({ host: hosts[0]!.host!, port: hosts[0]!.port! });
    // When it reads participants or messages.
    const cut = proxy.next('__date', 'request cut').then(() => proxy.refuse());
    await expect(move(tenant, {}, `mongodb://127.0.0.1:${proxy.port}/?directConnection=true`)).rejects.toThrow(/^The source cannot be reached: /);
    await cut;
    await proxy.close();
    expect((await move(tenant, { intoExisting: true })).agrees).toBe(true);
  });
});

describe('Locations', () => {
  const at = (agent: unknown, day: number, fields: object = {}): Row => ({
    ...{ _id: newId(), agent_id: agent, order_id: '10', lat: '1.2', lng: 3.4, status: 'running', created_date: new Date(Date.UTC(2024, 0, day)) },
    ...fields,
  });
  const all = ['shop0', 'shop1'];

  it('come along where the source has no other deployment: the newest of each agent on each order, told to no socket', async () => {
    await fillAnew();
    const tenant = await newTenant(service);
    const [first, newest, odd, bad] = [at(141, 1), at('141', 3, { order_id: 10 }), at('0142', 1, { speed: 5 }), at(143, 1, { lat: null })];
    await old.collection<Row>('userlocations').insertMany([first, newest, at(141, 2), odd, bad]);
    const listener = await Listener.open(`${service.url}/t/${tenant.key}`);
    const moved = await move(tenant, { deployment: { dbNames: all, agentDbs: [] } });
    expect([moved.read, moved.written, moved.skipped, moved.not_understood].map(({ userlocations: count }) => count)).toEqual([5, 2, 2, 1]);
    expect([moved.agrees, moved.locations_that_differ, moved.fields_left_out['userlocations.speed']]).toEqual([false, 0, 1]);
    expect(moved.findings).toContainEqual({ collection: 'userlocations', _id: String(bad._id), what: 'not understood', why: 'lat is null and not filled' });
    const calls = new Calls(service, tenant);
    const get = async (agent: number): Promise<object> => (await calls.get(`/api/agent/getAgentLocation?agent_id=${agent}&order_id=10`).expect(200)).body.data;
    const dates = { created_date: '2024-01-03T00:00:00.000Z', updated_date: '2024-01-03T00:00:00.000Z' };
    expect(await get(141)).toEqual({ _id: String(newest._id), agent_id: 141, order_id: 10, lat: '1.2', lng: '3.4', status: 'running', ...dates, __v: 0 });
    expect(await get(142)).toMatchObject({ _id: String(odd._id), agent_id: 142 });
    // The stream is in order: what comes before this would have been told before it.
    await calls.post('/api/agent/saveAgentLocation', { agent_id: 141, order_id: 10, lat: 'live', lng: '0' }).expect(200);
    await eventually(() => expect(listener.heard.map(({ payload }) => payload.lat)).toEqual(['live']), { within: 60_000 });
    listener.close();
    const again = await move(tenant, { deployment: { dbNames: all, agentDbs: [] } });
    expect([again.written.userlocations, again.there.userlocations]).toEqual([0, 2]);
    expect(await get(141)).toMatchObject({ lat: 'live' });
    await databaseOf(tenant).collection('locations').updateOne({ _id: newest._id }, { $set: { lng: '0' } });
    expect((await move(tenant, { deployment: { dbNames: all, agentDbs: [] } })).locations_that_differ).toBe(1);
  });

  it('stay where they are and are counted where the source has other deployments too', async () => {
    const tenant = await newTenant(service);
    await old.collection<Row>('userlocations').insertMany([at(141, 1), at(142, 1)]);
    const { agrees, skipped, reasons } = await move(tenant);
    expect([agrees, skipped.userlocations]).toEqual([true, 2]);
    expect(reasons['userlocations: the source has several deployments, and a location does not say whose it is']).toBe(2);
    expect(await databaseOf(tenant).collection('locations').countDocuments()).toBe(0);
  });
});
