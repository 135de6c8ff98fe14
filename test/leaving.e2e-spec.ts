import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

import mongoose, { type mongo } from 'mongoose';
import request from 'supertest';

import { TenantAdminService } from '../src/admin/index.js';
import { WholeExport } from '../src/maintenance/load/whole-export.js';
import { MessageRepository } from '../src/message/index.js';
import { newId, type Id } from '../src/mongo/index.js';
import type { Message, Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom, aStoredRoom, storeRooms } from './support/build.js';
import { builtFolder } from './support/built.js';
import { Calls } from './support/calls.js';
import { commandLine, type Ended } from './support/command-line.js';
import { eventually } from './support/eventually.js';
import { LIST_NAMES, listRoute, LISTS } from './support/lists.js';
import { Listener } from './support/listener.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(240_000);

const SOON = { within: 60_000 };
const FILES = ['messages.jsonl', 'merged_rooms.jsonl', 'locations.jsonl', 'send_keys.jsonl', 'rooms.jsonl', 'tenant.json'];
const SECRET = 'a secret of thirty-two bytes or so, at the least';

interface File {
  readonly name: string;
  documents: number;
  bytes: number;
  sha256: string;
}

interface Manifest {
  version: number;
  readonly tenant: string;
  files: File[];
}

let service: TestApp;
let client: mongo.MongoClient;
let scratch: string;
let tenant: Tenant;
let merged: Id;
let folder: string;
let exported: Ended;
let made = 0;

const databaseOf = ({ database }: Tenant): mongo.Db => client.db(database);
const aFolder = (): string => join(scratch, String(++made));
const run = (args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  commandLine(['tenant', ...args], { CONTROL_DATABASE: service.config.mongo.controlDatabase, ...variables });
const load = ({ key }: Tenant, from: string): Promise<Ended> => run(['load', key, '--from', from, '--json']);
const manifestOf = async (path: string): Promise<Manifest> => JSON.parse(await readFile(join(path, 'manifest.json'), 'utf8')) as Manifest;
const rooms = (of: Tenant): mongo.Collection<Room> => databaseOf(of).collection<Room>('rooms');

/** All that a tenant's database holds, but the mark of what was brought: types and order of fields count. */
async function contentOf(of: Tenant): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['rooms', 'messages', 'merged_rooms', 'locations', 'send_keys']) {
    for await (const document of databaseOf(of).collection(name).find({}, { sort: { _id: 1 }, promoteValues: false, projection: { brought_in: 0 } })) {
      hash.update(`${name}${mongoose.mongo.BSON.EJSON.stringify(document, { relaxed: false })}\n`);
    }
  }
  return hash.digest('hex');
}

/** Copies an export and changes it; what `change` leaves in the files counts in the manifest, unless told otherwise. */
async function changed(change: (files: Map<string, string>, manifest: Manifest) => void, { keepsSums = false } = {}): Promise<string> {
  const to = aFolder();
  const manifest = await manifestOf(folder);
  const files = new Map(await Promise.all(FILES.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)));
  change(files, manifest);
  await mkdir(to);
  for (const file of manifest.files) {
    const text = files.get(file.name);
    if (text === undefined || keepsSums) continue;
    Object.assign(file, { bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') });
  }
  for (const [name, text] of files) await writeFile(join(to, name), text);
  await writeFile(join(to, 'manifest.json'), JSON.stringify(manifest));
  return to;
}

/** Changes one line of a file, from 1. */
function line(files: Map<string, string>, name: string, number: number, change: (text: string) => string): void {
  const lines = files.get(name)!.split('\n');
  lines[number - 1] = change(lines[number - 1]!);
  files.set(name, lines.join('\n'));
}

/** What all lists, histories and rooms answer. */
async function answersOf(of: Tenant, name: string): Promise<unknown[]> {
  const calls = new Calls(service, of);
  const lists = await Promise.all(LIST_NAMES.map(async (list) => (await calls.post(listRoute(list), LISTS[list](name)).expect(200)).body));
  const ids = (await rooms(of).find({}, { sort: { _id: 1 } }).toArray()).map(({ _id }) => _id);
  const histories = await Promise.all([...ids, merged].map(async (id) => [await calls.history(id), await calls.users(id), await calls.room(id)]));
  const location = (await calls.get('/api/agent/getAgentLocation?agent_id=141&order_id=7').expect(200)).body;
  return [lists, histories, location];
}

beforeAll(async () => {
  service = await startApp();
  client = await new mongoose.mongo.MongoClient(process.env.MONGODB_URI ?? '').connect();
  scratch = await mkdtemp(join(tmpdir(), 'leaving-'));
  tenant = await newTenant(service, { settings: { jwt: { secret: SECRET } } });
  const first = await aRoom(service, tenant, { room_name: 'caf\u00e9 \u2028 "quoted" \ud83d\ude00' });
  await aRoom(service, tenant, { type: 'user_to_user', p2p_id: '15' });
  await aMessage(service, tenant, first._id, { message: 'one\nline, {"$oid":"no id"}' });
  await aMessage(service, tenant, first._id, { message: 'two', key: 'a-key' });
  await aMessage(service, tenant, first._id, { message: 'three', sender: { user_type: 'user', user_id: '1', username: 'Ann' } });
  // As an import leaves messages of long ago.
  await databaseOf(tenant).collection('messages').updateOne({ message: 'two' }, { $unset: { room_name: 1, user_type: 1 } });
  await new Calls(service, tenant).post('/api/agent/saveAgentLocation', { agent_id: 141, order_id: 7, lat: '1.5', lng: '2' }).expect(200);
  merged = newId();
  await databaseOf(tenant).collection('merged_rooms').insertOne({ _id: merged, room: first._id });
  await databaseOf(tenant).collection('notes').insertOne({ by: 'hand' });
  folder = aFolder();
  exported = await run(['export', tenant.key, '--to', folder, '--json']);
});
afterAll(async () => {
  await rm(scratch, { recursive: true });
  await dropAll(service);
  await Promise.all([service.close(), client.close()]);
});

describe('An export', () => {
  it('is a file for each collection, the settings without secrets, and a manifest of them', async () => {
    expect([exported.code, exported.stderr]).toEqual([0, expect.stringMatching(/^8 of 8 documents \(100 %\)/m)]);
    const manifest = await manifestOf(folder);
    expect(JSON.parse(exported.stdout)).toEqual(manifest);
    expect(manifest).toMatchObject({ format: 'anteroom-export', version: 1, tenant: tenant.key, read: 'at one moment', left_out: ['notes'] });
    expect(new Set(await readdir(folder))).toEqual(new Set([...FILES, 'manifest.json']));
    for (const { name, documents, bytes, sha256 } of manifest.files) {
      const content = await readFile(join(folder, name));
      expect([name, content.length, createHash('sha256').update(content).digest('hex')]).toEqual([name, bytes, sha256]);
      expect([name, content.toString().split('\n').length - 1]).toEqual([name, documents]);
    }
    for (const name of await readdir(folder)) expect([name, (await stat(join(folder, name))).mode & 0o777]).toEqual([name, 0o600]);
    const settings = await readFile(join(folder, 'tenant.json'), 'utf8');
    expect(JSON.parse(settings)).toMatchObject({ key: tenant.key, settings: { jwt: { has_secret: true }, erase_messages: 'keep' } });
    expect(settings).not.toContain(SECRET);
    const { body } = await request(service.url).get('/admin/audit').query({ tenant: tenant.key, limit: 1 }).set('Authorization', `Bearer ${ADMIN_TOKEN}`).expect(200);
    const documents = { messages: 3, merged_rooms: 1, locations: 1, send_keys: 1, rooms: 2 };
    expect(body).toMatchObject([{ action: 'tenant exported', actor: { by: 'command line', from: userInfo().username }, details: { documents } }]);
  });

  it('is the same of the same data, and of a suspended deployment too', async () => {
    const other = await newTenant(service);
    await aMessage(service, other, (await aRoom(service, other))._id);
    const [active, suspended] = [aFolder(), aFolder()];
    expect((await run(['export', other.key, '--to', active])).code).toBe(0);
    await run(['suspend', other.key]);
    expect((await run(['export', other.key, '--to', suspended])).code).toBe(0);
    const [before, after] = [await manifestOf(active), await manifestOf(suspended)];
    const sums = ({ files }: Manifest): File[] => files.filter(({ name }) => name !== 'tenant.json');
    expect(sums(after)).toEqual(sums(before));
    expect(after).toMatchObject({ read: 'while suspended' });
  });

  it('is of one moment, whatever is sent meanwhile', async () => {
    const busy = await newTenant(service);
    const { _id: id } = await aRoom(service, busy);
    await storeMany(busy, 20, 200);
    const sender = { isDone: false };
    let sent = 0;
    const sending = (async () => {
      while (!sender.isDone) await aMessage(service, busy, id, { message: String(++sent) });
    })();
    const to = aFolder();
    const { code } = await run(['export', busy.key, '--to', to]);
    sender.isDone = true;
    await sending;
    expect(code).toBe(0);
    const copy = await newTenant(service);
    expect((await load(copy, to)).code).toBe(0);
    const check = JSON.parse((await run(['check', copy.key, '--json'])).stdout) as { agrees: boolean; holes: number; messages: number };
    expect([check.agrees, check.holes, check.messages > 4_000 && check.messages <= 4_000 + sent]).toEqual([true, 0, true]);
  });

  it('refuses a folder that is not empty, a tenant that is not there, and says what the disk says', async () => {
    const full = aFolder();
    const program = join(await builtFolder(), 'cli.js');
    const { PATH, HOME, MONGODB_URI } = process.env;
    const env = { PATH, HOME, MONGODB_URI, CONTROL_DATABASE: service.config.mongo.controlDatabase };
    const big = await newTenant(service);
    await storeMany(big, 20, 100);
    // No file longer than 64 blocks, as on a disk that is full.
    const child = spawn('sh', ['-c', `ulimit -f 64; exec "$0" "$@"`, process.execPath, program, 'tenant', 'export', big.key, '--to', full], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (part: Buffer) => (said += part.toString()));
    const taken = join(folder, 'rooms.jsonl');
    const [again, nobody, away, usage, file, below, [code]] = await Promise.all([
      run(['export', tenant.key, '--to', folder]),
      run(['export', 'nobodys', '--to', aFolder()]),
      run(['export', tenant.key, '--to', aFolder()], { MONGODB_URI: 'mongodb://127.0.0.1:9/?directConnection=true' }),
      run(['export', tenant.key]),
      run(['export', tenant.key, '--to', taken]),
      run(['export', tenant.key, '--to', join(taken, 'below')]),
      once(child, 'close'),
    ]);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('is not empty')]);
    expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining('no tenant')]);
    expect([away.code, away.stderr]).toEqual([3, expect.stringContaining('cannot be reached')]);
    expect(usage.code).toBe(2);
    expect([file.code, file.stderr]).toEqual([1, `${taken}: a file is in the way.\n`]);
    expect([below.code, below.stderr]).toEqual([1, `${join(taken, 'below')}: it, or a part of the path, is a file and no folder.\n`]);
    expect([code, said]).toEqual([1, expect.stringContaining('no file may be that large here')]);
    expect(await readdir(full)).toEqual([]);
  });
});

/** Rooms with messages as they are stored. */
async function storeMany(of: Tenant, count: number, each: number): Promise<void> {
  const all = Array.from({ length: count }, () => aStoredRoom(of.key, { db_name: of.key }));
  const sent = all.map((room) => Array.from({ length: each }, (_, at): Message => ({
    ...{ _id: newId(), room: room._id, room_name: room.room_name, message: `hello ${at}`, user_type: 'agent', auth_user_id: '141', from_user_id: '141' },
    ...{ created_date: new Date(Date.UTC(2024, 0, 1) + at), __v: 0, seq: at + 1 },
  })));
  await service.app.get(MessageRepository).insertAll(of, sent.flat());
  const agent = { user_type: 'agent', user_id: '141', auth_user_id: '141', status: true, __v: 0, created_date: new Date(), updated_date: new Date() };
  await storeRooms(service, of, all.map((room, at) => {
    const newest = sent[at]!.at(-1)!;
    return { ...room, last_message: newest, seq: each, updated_date: newest.created_date, participants: [{ ...agent, _id: newId(), room_id: room._id, room_name: room.room_name }] };
  }));
}

describe('A load', () => {
  it('makes a tenant that answers as the exported one did, tells no socket, and lets messages go on', async () => {
    const copy = await newTenant(service);
    const listener = await Listener.open(`${service.url}/t/${copy.key}`);
    const loaded = await load(copy, folder);
    expect([loaded.code, JSON.parse(loaded.stdout)]).toMatchObject([0, { tenant: copy.key, of: tenant.key, agrees: true }]);
    expect(JSON.parse(loaded.stdout).collections).toContainEqual({ collection: 'rooms', documents: 2, inserted: 2, stored: 2, agrees: true });
    expect(await contentOf(copy)).toBe(await contentOf(tenant));
    const name = tenant.names[0]!;
    const before = await answersOf(tenant, name);
    // As a deployment that moves: its names go with it.
    for (const [{ key }, names] of [[tenant, []], [copy, [name]]] as const) await service.app.get(TenantAdminService).put(key, { names: [...names] });
    const answers = await answersOf(copy, name);
    expect(answers).toEqual(before);
    expect(JSON.stringify(answers)).not.toContain('brought_in');
    expect(await databaseOf(copy).collection('rooms').indexes()).toHaveLength((await databaseOf(tenant).collection('rooms').indexes()).length);
    const [{ _id: id, seq } = { _id: newId(), seq: 0 }] = await rooms(copy).find({ seq: { $gt: 0 } }).toArray();
    // The stream is in order: what comes before this would have been told before it.
    const sent = await aMessage(service, copy, id);
    await eventually(() => expect(listener.payloads('new-message')).toHaveLength(1), SOON);
    expect([sent.seq, listener.payloads('new-message')[0]!.message.chatData._id]).toEqual([seq + 1, sent._id.toHexString()]);
    expect(listener.heard.map(({ event }) => event).sort()).toEqual(['new-app-message', 'new-message']);
    listener.close();
    const again = await load(copy, folder);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining(`Tenant ${copy.key} has rooms.`)]);
    const { body } = await request(service.url).get('/admin/audit').query({ tenant: copy.key, limit: 2 }).set('Authorization', `Bearer ${ADMIN_TOKEN}`).expect(200);
    expect(body[1]).toMatchObject({ action: 'tenant loaded', details: { of: tenant.key, agrees: true } });
  });

  it('comes to the same when it is killed and run again, and takes no other export meanwhile', async () => {
    const big = await newTenant(service);
    await storeMany(big, 60, 200);
    const from = aFolder();
    expect((await run(['export', big.key, '--to', from])).code).toBe(0);
    const copy = await newTenant(service);
    const { PATH, HOME, MONGODB_URI } = process.env;
    const env = { PATH, HOME, MONGODB_URI, CONTROL_DATABASE: service.config.mongo.controlDatabase };
    for (const moment of [1, 6_000]) {
      const child = spawn(process.execPath, [join(await builtFolder(), 'cli.js'), 'tenant', 'load', copy.key, '--from', from], { env, stdio: 'ignore' });
      await eventually(async () => expect(await databaseOf(copy).collection('messages').estimatedDocumentCount()).toBeGreaterThanOrEqual(moment), SOON);
      child.kill('SIGKILL');
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    }
    const other = await load(copy, folder);
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('load of another export')]);
    const ended = await load(copy, from);
    expect([ended.code, JSON.parse(ended.stdout).agrees]).toEqual([0, true]);
    expect(await contentOf(copy)).toBe(await contentOf(big));
  });

  it('looks at the whole folder first and says file and line of what is wrong', async () => {
    const empty = await newTenant(service);
    const large = mongoose.mongo.BSON.EJSON.stringify({ _id: newId(), room: newId() }, { relaxed: false }).replace('}}', `},"text":"${'x'.repeat(16 * 1024 * 1024)}"}`);
    const cases: [folder: Promise<string>, said: RegExp][] = [
      [changed((files) => line(files, 'messages.jsonl', 2, (text) => text.slice(0, -9))), /messages\.jsonl:2: it is no document in Extended JSON/],
      [changed((files) => line(files, 'rooms.jsonl', 1, (text) => text.replace('"revision":', '"revised":'))), /rooms\.jsonl:1: a document of rooms says revision \(ObjectId\), and this one does not/],
      [changed((files) => line(files, 'merged_rooms.jsonl', 1, () => large)), /merged_rooms\.jsonl:1: the document is too large: \d+ bytes/],
      [changed((files) => line(files, 'messages.jsonl', 1, (text) => text.replace('one', 'two')), { keepsSums: true }), /messages\.jsonl has another sha256/],
      [changed((files) => files.set('messages.jsonl', files.get('messages.jsonl')!.slice(0, -5)), { keepsSums: true }), /messages\.jsonl has \d+ bytes, and \d+ when.*messages\.jsonl:3: it is no document/],
      [changed((files) => files.delete('rooms.jsonl')), /rooms\.jsonl: it is not there/],
      [changed((_, manifest) => (manifest.version = 2)), /manifest\.json: version 2 of exports is not known here/],
      [changed((_, manifest) => manifest.files.push({ ...manifest.files[0]!, name: 'chats.jsonl' })), /chats\.jsonl is of no collection/],
      [changed((_, manifest) => (manifest.files = manifest.files.filter(({ name }) => name !== 'messages.jsonl'))), /it does not name messages\.jsonl/],
      [changed((_, manifest) => (manifest.files.find(({ name }) => name === 'messages.jsonl')!.documents = 4)), /messages\.jsonl has 3 lines, and manifest\.json says 4 documents/],
      [Promise.resolve(scratch), /manifest\.json: it is not there\. .* is no whole export/],
      [Promise.resolve(join(scratch, 'nowhere')), /is no whole export/],
    ];
    const faultOf = async (path: string): Promise<string> => {
      const check = async (): Promise<void> => (await WholeExport.open(path)).check(() => undefined);
      const [{ reason }] = (await Promise.allSettled([check()])) as [PromiseRejectedResult];
      return String(reason);
    };
    for (const [path, said] of cases) expect(await faultOf(await path)).toMatch(said);
    const { code, stdout, stderr } = await load(empty, await cases[0]![0]);
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(cases[0]![1])]);
    expect(await databaseOf(empty).listCollections().toArray()).toEqual([]);
  });

  it('names the line that the database does not take', async () => {
    const copy = await newTenant(service);
    const doubled = await changed((files, manifest) => {
      const [first] = files.get('rooms.jsonl')!.split('\n');
      files.set('rooms.jsonl', `${files.get('rooms.jsonl')!}${first!.replace(/"\$oid":"[0-9a-f]{24}"/, `"$oid":"${newId().toHexString()}"`)}\n`);
      manifest.files.find(({ name }) => name === 'rooms.jsonl')!.documents = 3;
    });
    const { code, stderr } = await load(copy, doubled);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/rooms\.jsonl:3: the database does not take this document: E11000 [^]*room_name[^]*run the same command again/)]);
    expect((await run(['load', 'nobodys', '--from', folder])).code).toBe(1);
    expect((await run(['load', copy.key])).code).toBe(2);
  });
});
