import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';

import mongoose, { type mongo } from 'mongoose';
import request from 'supertest';

import { AuditRepository } from '../src/audit/index.js';
import { LocationRepository } from '../src/location/index.js';
import { EraseSessionRepository } from '../src/maintenance/erase/erase-session.repository.js';
import { EraseService, Progress } from '../src/maintenance/index.js';
import { MessageUpkeepRepository } from '../src/message/index.js';
import { ControlDatabase, newId, type Id } from '../src/mongo/index.js';
import { BroughtRoomRepository, RoomUpkeepRepository, type Joiner, type Message, type Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { builtFolder } from './support/built.js';
import { Calls } from './support/calls.js';
import { commandLine, type Ended } from './support/command-line.js';
import { eventually } from './support/eventually.js';
import { LISTS } from './support/lists.js';
import { Listener } from './support/listener.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(240_000);

const SOON = { within: 60_000 };
const GIVEN = ['Zoë Quist', 'zoe@quist.example', '+49 170 5550199', 'https://img.example/zoe.png'] as const;
const [username] = GIVEN;
const ZOE: Joiner = { user_type: 'user', user_id: '4711', username, email: GIVEN[1], phone_num: GIVEN[2], display_image: GIVEN[3] };
const BEN: Joiner = { user_type: 'agent', user_id: '12', username: 'Ben', email: 'ben@example.com', phone_num: '+1', display_image: null };
const SAID = 'I live at 7 Elm Street';
const TEXT = { message: SAID, from_message: 'from_user', to_message: 'to_agent', client_message_id: 'k' };
const MEDIA = { is_media: true, mediaUrl: 'https://img.example/door.png', thumbnailUrl: 'https://img.example/door-s.png', mediaType: 'image' };

interface Receipt {
  readonly user: string;
  readonly user_hash: string;
  readonly user_types: string[];
  readonly erase_messages: string;
  readonly participants: object;
  readonly messages: object;
  readonly locations: object;
  readonly kept: string[];
}

let service: TestApp;
let client: mongo.MongoClient;

const databaseOf = ({ database }: Tenant): mongo.Db => client.db(database);
const run = (args: readonly string[]): Promise<Ended> => commandLine(['tenant', 'erase-user', ...args], { CONTROL_DATABASE: service.config.mongo.controlDatabase });

/** Runs the command and answers its receipt. */
async function erase({ key }: Tenant, user: string, ...args: string[]): Promise<Receipt> {
  const { code, stdout, stderr } = await run([key, '--user', user, ...args, '--json']);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^(.+ …\n)+$/)]);
  return JSON.parse(stdout) as Receipt;
}

/** Everything that a tenant's database holds, as text. */
async function allOf(tenant: Tenant): Promise<string> {
  const texts: string[] = [];
  for (const { name } of await databaseOf(tenant).listCollections().toArray()) {
    texts.push(mongoose.mongo.BSON.EJSON.stringify(await databaseOf(tenant).collection(name).find({}, { sort: { _id: 1 } }).toArray()));
  }
  return texts.join('\n');
}

/** Which of the texts are anywhere in the tenant's database. */
async function leftOf(tenant: Tenant, texts: readonly string[]): Promise<string[]> {
  const all = await allOf(tenant);
  return texts.filter((text) => all.includes(text));
}

/** A deployment in whose rooms Zoë and Ben have written; the preview of the first is hers, that of the second is his. */
async function aDeployment(settings: object = {}): Promise<{ tenant: Tenant; hers: Id; his: Id }> {
  const tenant = await newTenant(service, { settings });
  const [hers, his] = [(await aRoom(service, tenant, { order_user_id: '4711' }))._id, (await aRoom(service, tenant, { order_user_id: '4711' }))._id];
  await aMessage(service, tenant, hers, { sender: BEN, message: 'Where are you?', from_message: 'from_agent' });
  await new Calls(service, tenant).send(his, { ...ZOE, ...TEXT }).expect(200);
  await aMessage(service, tenant, his, { sender: BEN, message: 'Thanks' });
  await aMessage(service, tenant, hers, { sender: ZOE, ...MEDIA });
  return { tenant, hers, his };
}

const roomOf = async (tenant: Tenant, id: Id): Promise<Room> => (await databaseOf(tenant).collection<Room>('rooms').findOne({ _id: id }))!;
const messagesOf = (tenant: Tenant, filter: object): Promise<Message[]> => databaseOf(tenant).collection<Message>('messages').find(filter, { sort: { room: 1, seq: 1 } }).toArray();

beforeAll(async () => {
  service = await startApp();
  client = await new mongoose.mongo.MongoClient(process.env.MONGODB_URI ?? '').connect();
});
afterAll(async () => {
  await dropAll(service);
  await Promise.all([service.close(), client.close()]);
});

describe('Erasing a person', () => {
  it('leaves nothing of their profile anywhere, keeps what was said, and touches nobody else', async () => {
    const [{ tenant, hers, his }, other] = [await aDeployment(), await aDeployment()];
    const calls = new Calls(service, tenant);
    const list = async (): Promise<Record<string, unknown>[]> => (await calls.post('/api/room/fetchRoomByUserAgent', LISTS.fetchRoomByUserAgent(tenant.key)).expect(200)).body.roomData;
    expect(JSON.stringify(await list())).toContain(username);
    const [bens, others, before] = [await messagesOf(tenant, { auth_user_id: '12' }), await allOf(other.tenant), await roomOf(tenant, hers)];
    const listener = await Listener.open(`${service.url}/t/${tenant.key}`);

    const receipt = await erase(tenant, '4711');
    const hash = createHash('sha256').update(`${tenant.key}/4711`).digest('hex');
    expect(receipt).toMatchObject({ user: '4711', user_hash: hash, user_types: ['user'], erase_messages: 'keep', kept: ['ids', 'dates', 'texts and media of messages'] });
    expect([receipt.participants, receipt.messages, receipt.locations]).toEqual([{ found: 2, erased: 2 }, { found: 2, erased: 2 }, { found: 0, erased: 0 }]);
    expect(await leftOf(tenant, [...GIVEN, SAID, MEDIA.mediaUrl])).toEqual([SAID, MEDIA.mediaUrl]);
    expect(await messagesOf(tenant, { auth_user_id: '12' })).toEqual(bens);
    expect(await allOf(other.tenant)).toBe(others);

    const { revision, participants, last_message: preview, ...room } = await roomOf(tenant, hers);
    const { revision: former, participants: people, last_message: shown, ...same } = before;
    expect(room).toEqual(same);
    expect(revision).not.toEqual(former);
    const blank = { username: '', email: null, phone_num: null, display_image: null };
    expect(participants).toEqual([people[0], { ...people[1], ...blank }]);
    expect(preview).toEqual({ ...shown, ...blank });
    expect((await messagesOf(tenant, { _id: shown!._id }))[0]).toEqual(preview);
    const answered = await list();
    expect(answered).toHaveLength(2);
    expect(GIVEN.filter((text) => JSON.stringify(answered).includes(text))).toEqual([]);
    expect(await calls.history(his)).toMatchObject([{ message: SAID, username: '' }, { message: 'Thanks', username: 'Ben' }]);

    // The stream is in order: what comes before this would have been told before it.
    await aMessage(service, tenant, his, { sender: BEN, message: 'after' });
    await eventually(() => expect(listener.texts()).toEqual(['after']), SOON);
    listener.close();

    const again = await erase(tenant, '4711');
    expect([again.participants, again.messages]).toEqual([{ found: 2, erased: 0 }, { found: 2, erased: 0 }]);
    const check = await commandLine(['tenant', 'check', tenant.key], { CONTROL_DATABASE: service.config.mongo.controlDatabase });
    expect([check.code, check.stdout]).toEqual([0, expect.stringContaining('agrees')]);
    const { body } = await request(service.url).get('/admin/audit').query({ tenant: tenant.key, limit: 2 }).set('Authorization', `Bearer ${ADMIN_TOKEN}`).expect(200);
    expect(body[1]).toMatchObject({ action: 'user erased', actor: { by: 'command line' }, details: { user_hash: hash, user_types: ['user'], messages: { found: 2, erased: 2 } } });
    expect(JSON.stringify(body)).not.toContain('4711');
  });

  it('takes what was said too where the deployment says so', async () => {
    const { tenant, his } = await aDeployment({ erase_messages: 'blank' });
    const receipt = await erase(tenant, '4711');
    expect(receipt).toMatchObject({ erase_messages: 'blank', kept: ['ids', 'dates'], messages: { found: 2, erased: 2 } });
    expect(await leftOf(tenant, [...GIVEN, SAID, MEDIA.mediaUrl, MEDIA.thumbnailUrl])).toEqual([]);
    expect(await messagesOf(tenant, { room: his })).toMatchObject([{ message: '', from_message: 'from_user', to_message: 'to_agent', seq: 1 }, { message: 'Thanks' }]);
    const [media] = await messagesOf(tenant, { auth_user_id: '4711', room: { $ne: his } });
    expect(media).toMatchObject({ message: '', is_media: false, mediaUrl: null, thumbnailUrl: null, mediaType: null });
    // Repeating a send of theirs brings nothing back.
    const again = await new Calls(service, tenant).send(his, { ...ZOE, ...TEXT });
    expect([again.status, await leftOf(tenant, [...GIVEN, SAID])]).toEqual([200, []]);
  });

  it('asks which person is meant where an id is of several, and removes where an agent was', async () => {
    const tenant = await newTenant(service);
    const [{ _id: id }, calls] = [await aRoom(service, tenant), new Calls(service, tenant)];
    await aMessage(service, tenant, id, { sender: { ...ZOE, user_id: '12' } });
    await aMessage(service, tenant, id, { sender: BEN });
    // Of a shop's staff, who is one participant with all others of it.
    await aMessage(service, tenant, id, { sender: { user_type: 'vendor', user_id: '12', username: 'Shop' } });
    for (const agent of [12, 13]) await calls.post('/api/agent/saveAgentLocation', { agent_id: agent, order_id: 7, lat: '1.5', lng: '2' }).expect(200);
    const before = await allOf(tenant);
    const unclear = await run([tenant.key, '--user', '12']);
    expect([unclear.code, unclear.stderr]).toEqual([1, expect.stringContaining('12 is found as agent and user and vendor, which may be different people')]);
    expect(await allOf(tenant)).toBe(before);
    const receipt = await erase(tenant, '12', '--type', 'agent');
    expect([receipt.user_types, receipt.participants, receipt.locations]).toEqual([['agent'], { found: 1, erased: 1 }, { found: 1, erased: 1 }]);
    expect(await leftOf(tenant, [username, 'Ben', 'ben@example.com', 'Shop'])).toEqual([username, 'Shop']);
    expect(await databaseOf(tenant).collection('locations').distinct('agent_id')).toEqual([13]);
    await erase(tenant, '12', '--type', 'vendor', '--type', 'user');
    expect(await leftOf(tenant, [...GIVEN, 'Shop'])).toEqual([]);
  });

  it('says plainly that nothing was found, and what is wrong with a call', async () => {
    const tenant = await newTenant(service);
    const calls = [[tenant.key, '--user', '9'], ['nobodys', '--user', '9'], [tenant.key], [tenant.key, '--user', ''], [tenant.key, '--user', 'undefined'], [tenant.key, '--user', 'null']];
    const [nobody, unknown, ...wrongly] = (await Promise.all(calls.map((call) => run(call)))) as [Ended, Ended, ...Ended[]];
    expect([nobody.code, nobody.stdout]).toEqual([0, expect.stringContaining(`Nothing of 9 was found in ${tenant.key}.`)]);
    expect([unknown.code, ...wrongly.map(({ code }) => code)]).toEqual([1, 2, 2, 2, 2]);
    expect((await databaseOf(tenant).listCollections({ name: 'locations' }).toArray())).toEqual([]);
    const wrong = await request(service.url).put(`/admin/tenants/${tenant.key}`).set('Authorization', `Bearer ${ADMIN_TOKEN}`).send({ settings: { erase_messages: 'all' } });
    expect([wrong.status, wrong.body.message]).toEqual([400, expect.stringContaining('erase_messages must be keep or blank')]);
  });

  it('goes on at once where it was killed while it changed a room', async () => {
    const { tenant } = await aDeployment();
    const { hosts } = client.options;
    const proxy = await TcpProxy.start({ host: hosts[0]!.host!, port: hosts[0]!.port! });
    const committing = proxy.next('commitTransaction', 'request silenced');
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, MONGODB_URI: `mongodb://127.0.0.1:${proxy.port}/?directConnection=true`, CONTROL_DATABASE: service.config.mongo.controlDatabase };
    const child = spawn(process.execPath, [join(await builtFolder(), 'cli.js'), 'tenant', 'erase-user', tenant.key, '--user', '4711'], { env, stdio: 'ignore' });
    await committing;
    child.kill('SIGKILL');
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    await proxy.close();
    // Here and not by the command, whose patience is longer than MongoDB's with the transaction.
    const { app } = service;
    const sessions = new EraseSessionRepository(app.get(ControlDatabase), app.get(BroughtRoomRepository));
    const erasures = new EraseService(app.get(RoomUpkeepRepository), app.get(MessageUpkeepRepository), app.get(LocationRepository), app.get(AuditRepository), sessions);
    const receipt = await erasures.erase(tenant, { user: '4711', types: null, actor: { by: 'command line', from: null }, progress: new Progress({ write: () => undefined }) });
    expect([receipt.participants, receipt.messages]).toMatchObject([{ found: 2 }, { found: 2 }]);
    expect(await leftOf(tenant, GIVEN)).toEqual([]);
    expect(await client.db(service.config.mongo.controlDatabase).collection<{ _id: string }>('erasures').countDocuments({ _id: tenant.key })).toBe(0);
  });

  it('finds people of long ago by their other ids, in thousands of messages and rooms', async () => {
    const { tenant, his } = await aDeployment();
    const [like] = await messagesOf(tenant, { room: his, auth_user_id: '4711' });
    const old = Array.from({ length: 11_000 }, (_, at): Message => {
      const { auth_user_id, ...rest } = { ...like!, _id: newId(), seq: at + 10, from_user_id: at % 10 === 0 ? '4711' : '8', username: at % 10 === 0 ? username : 'Old' };
      return rest;
    });
    await databaseOf(tenant).collection<Message>('messages').insertMany(old.map(({ email: _, phone_num: _phone, display_image: _image, ...rest }) => rest));
    const [kindless] = await messagesOf(tenant, { from_user_id: '4711', auth_user_id: { $exists: false } });
    await databaseOf(tenant).collection('messages').updateOne({ _id: kindless!._id }, { $unset: { user_type: 1 } });
    const unclear = await run([tenant.key, '--user', '4711']);
    expect([unclear.code, unclear.stderr]).toEqual([1, expect.stringContaining('4711 is found as unsaid and user')]);
    const receipt = await erase(tenant, '4711', '--type', 'user', '--type', 'unsaid');
    expect(receipt.messages).toEqual({ found: 1_102, erased: 1_102 });
    expect(await leftOf(tenant, GIVEN)).toEqual([]);
    const again = await run([tenant.key, '--user', '4711', '--type', 'user', '--type', 'unsaid']);
    expect(again.stderr).toMatch(/^1102 messages of the person, \d+ a second …$/m);
    expect(await databaseOf(tenant).collection('messages').countDocuments({ username: 'Old' })).toBe(9_900);
  });
});
