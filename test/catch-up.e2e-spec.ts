import { AnteroomClient } from '../client/src/index.js';
import type { PutTenantDto } from '../src/admin/index.js';
import { MessageRepository } from '../src/message/index.js';
import { Clusters, newId } from '../src/mongo/index.js';
import { RoomRepository, type Room } from '../src/room/index.js';
import { TenantDirectory, type Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { AGENT, aMessage, aRoom } from './support/build.js';
import { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { Listener, RELEASES, type ListenerOptions } from './support/listener.js';
import { SmallLogMongo } from './support/small-log-mongo.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(120_000);

const WITHIN = { within: 60_000 };
const HOST = 'chat.away.example';

/** Tenants of `small` live on a MongoDB with a short log; `service` reaches it through `proxy`, `other` does not. */
let mongo: SmallLogMongo;
let proxy: TcpProxy;
let service: TestApp;
let other: TestApp;
const listeners = new Set<Listener>();

beforeAll(async () => {
  mongo = await SmallLogMongo.start();
  proxy = await TcpProxy.start(mongo.address);
  other = await startApp({ MONGODB_CLUSTERS: `small=${mongo.uri}` });
  const throughProxy = `mongodb://127.0.0.1:${proxy.port}/?directConnection=true`;
  service = await startApp({ MONGODB_CLUSTERS: `small=${throughProxy}`, CONTROL_DATABASE: other.config.mongo.controlDatabase });
});

afterEach(() => {
  listeners.forEach((listener) => listener.close());
  listeners.clear();
});

afterAll(async () => {
  proxy.pass();
  await service.close();
  await dropAll(other);
  await other.close();
  await proxy.close();
  await mongo.stop();
});

/** A tenant that both services know. */
async function aTenant(change: Partial<PutTenantDto> = {}): Promise<Tenant> {
  const tenant = await newTenant(other, change);
  await eventually(() => expect(service.app.get(TenantDirectory).findByKey(tenant.key)).not.toBeNull(), WITHIN);
  return tenant;
}

async function listening(tenant: Tenant, { of = service, ...options }: ListenerOptions & { of?: TestApp } = {}): Promise<Listener> {
  const listener = await Listener.open(`${of.url}/t/${tenant.key}`, { events: ['catch-up'], ...options });
  listeners.add(listener);
  return listener;
}

const toldToCatchUp = (listener: Listener): { since: string }[] => listener.payloads('catch-up') as unknown as { since: string }[];
const databaseOf = async ({ app }: TestApp, tenant: Tenant) => (await app.get(Clusters).find(tenant.cluster)!.client()).db(tenant.database);
const as = ({ app }: TestApp) => ({ rooms: app.get(RoomRepository), messages: app.get(MessageRepository) });

describe('A change stream that was cut for longer than the log reaches back', () => {
  it('goes on from now and tells the sockets of its cluster to catch up; a client that follows a room has each message once, in order', async () => {
    const tenant = await aTenant({ cluster: 'small' });
    const unharmed = await listening(await aTenant());
    const room = await aRoom(other, tenant);
    const sent = [await aMessage(other, tenant, room._id, { message: 'before' })];
    const old = await Promise.all(RELEASES.map((release) => listening(tenant, { release })));
    const client = new AnteroomClient({ baseUrl: `${service.url}/t/${tenant.key}` });
    const events = client.connect({ transports: ['websocket'] });
    const followed: (string | undefined)[] = [];
    events.followRoom(room._id.toHexString(), { after_seq: 0 }, ({ message }) => followed.push(message ?? undefined));
    await eventually(() => expect(followed).toEqual(['before']), WITHIN);

    proxy.refuse();
    for (const message of ['one', 'two', 'three']) sent.push(await aMessage(other, tenant, room._id, { message }));
    await mongo.forget();
    proxy.pass();

    await eventually(() => expect(followed).toEqual(['before', 'one', 'two', 'three']), WITHIN);
    await aMessage(other, tenant, room._id, { message: 'after' });
    await eventually(() => expect(followed).toEqual(['before', 'one', 'two', 'three', 'after']), WITHIN);
    for (const listener of old) {
      await eventually(() => expect(listener.texts()).toEqual(['after']), WITHIN);
      const [told, ...more] = toldToCatchUp(listener);
      expect([Object.keys(told!), more]).toEqual([['since'], []]);
      expect(Date.parse(told!.since)).toBeLessThanOrEqual(sent[1]!.created_date.getTime());
    }
    expect(toldToCatchUp(unharmed)).toEqual([]);
    expect(service.log.filter(({ msg }) => String(msg).includes('going on from now'))).toHaveLength(1);
    events.close();
  });
});

describe('A deployment', () => {
  /** Puts a view in the place of its rooms, whose documents have a field that this expression makes. */
  async function lookThrough(tenant: Tenant, expression: object): Promise<void> {
    const database = await databaseOf(other, tenant);
    await database.collection('rooms').rename('rooms_behind');
    await database.createCollection('rooms', { viewOn: 'rooms_behind', pipeline: [{ $addFields: { seen: expression } }] });
  }

  const insertMessage = async (tenant: Tenant, room: Room, message: string): Promise<void> => {
    const fields = { room: room._id, room_name: room.room_name, user_type: 'agent', message, seq: 2, created_date: new Date(), __v: 0 };
    await (await databaseOf(other, tenant)).collection('messages').insertOne(fields);
  };

  it('whose rooms cannot be read is told to catch up', async () => {
    const tenant = await aTenant();
    const room = await aRoom(other, tenant);
    const listener = await listening(tenant);
    await lookThrough(tenant, { $divide: ['$__v', 0] });
    const before = new Date();
    await insertMessage(tenant, room, 'never pushed');

    await eventually(() => expect(toldToCatchUp(listener)).toHaveLength(1), WITHIN);
    expect(Date.parse(toldToCatchUp(listener)[0]!.since)).toBeLessThan(before.getTime());
    expect(listener.texts()).toEqual([]);
  });

  it('whose rooms are read slowly keeps no other one of its cluster waiting', async () => {
    const [slow, quick] = [await aTenant(), await aTenant()];
    const [slowRoom, quickRoom] = [await aRoom(other, slow), await aRoom(other, quick)];
    const heard: string[] = [];
    for (const tenant of [slow, quick]) (await listening(tenant)).socket.on('new-message', () => heard.push(tenant === slow ? 'slow' : 'quick'));
    // From here on the instance knows that the indexes are there, and asks for no others of what it sees as a view.
    await aMessage(other, slow, slowRoom._id);
    await eventually(() => expect(heard).toEqual(['slow']), WITHIN);
    await lookThrough(slow, { $function: { body: 'function () { sleep(5000); return 1; }', args: [], lang: 'js' } });
    await insertMessage(slow, slowRoom, 'second');
    await insertMessage(quick, quickRoom, 'meanwhile');

    await eventually(() => expect(heard).toEqual(['slow', 'quick', 'slow']), WITHIN);
  });
});

describe('In the default namespace', () => {
  it.each(RELEASES)('a client of %s is told to catch up when it begins to hear its deployment', async (release) => {
    const host = `${release}.${HOST}`;
    const tenant = await aTenant({ sub_domains: [host] });
    const room = await aRoom(other, tenant);
    const listener = await Listener.open(other.url, { release, headers: { host }, events: ['catch-up'] });
    listeners.add(listener);

    await eventually(() => expect(toldToCatchUp(listener)).toHaveLength(1), WITHIN);
    await aMessage(other, tenant, room._id, { message: 'heard' });
    await eventually(() => expect(listener.texts()).toEqual(['heard']), WITHIN);
  });
});

describe('What was brought in', () => {
  it('is not pushed, and its mark is answered nowhere', async () => {
    const tenant = await aTenant();
    const room = await aRoom(other, tenant);
    const calls = new Calls(other, tenant);
    const database = await databaseOf(other, tenant);
    const listener = await listening(tenant, { of: other });
    const old = await aMessage(other, tenant, room._id, { message: 'said here' });
    const brought = { ...old, _id: newId(), seq: 2, message: 'said elsewhere', brought_in: true };
    await database.collection('messages').insertOne(brought);
    await database.collection('rooms').updateOne({ _id: room._id }, { $set: { last_message: brought, seq: 2, revision: newId() } });
    const place = { agent_id: 141, order_id: 10, lat: '1', lng: '2', short_code: '', status: 'running', created_date: new Date(), updated_date: new Date(), __v: 0 };
    await database.collection('locations').insertOne({ ...place, brought_in: true });
    const list = async (): Promise<object> => (await calls.post('/api/room/fetchRoomByUserAgent', { agent_id: 141, type: 'agent_to_user' }).expect(200)).body;
    const before = [await list(), await calls.history(room._id), (await calls.get('/api/agent/getAgentLocation?agent_id=141&order_id=10').expect(200)).body];
    const { body: answer } = await calls.send(room._id, { message: 'said here too' }).expect(200);

    await eventually(() => expect(listener.texts()).toEqual(['said here', 'said here too']), WITHIN);
    expect(JSON.stringify(before)).toContain('said elsewhere');
    expect(JSON.stringify([before, answer, await list(), listener.frames])).not.toContain('brought_in');
    expect(listener.payloads('agent-location-141')).toEqual([]);
    expect(await database.collection('messages').countDocuments({ room: room._id, brought_in: true })).toBe(1);
  });
});

describe('as_of', () => {
  interface Page {
    readonly roomData: readonly { readonly _id: string; readonly updated_date: string }[];
    readonly as_of: string;
  }

  const pageOf = async (tenant: Tenant, page: object): Promise<Page> =>
    (await new Calls(other, tenant).post('/api/room/fetchRoomByUserAgent', { agent_id: 141, type: 'agent_to_user', ...page }).expect(200)).body;

  it('finds a room whose change is committed after the list, as late as MongoDB permits', async () => {
    const tenant = await aTenant();
    const room = await aRoom(other, tenant);
    const { rooms, messages } = as(other);
    const change = { joiner: AGENT, participantId: newId(), revision: newId() };
    const page = (await messages.inTransaction(tenant, async (session) => {
      await rooms.change(tenant, room._id, change, { session, of: null, onlyIfNew: false, participantLimit: 200 });
      return pageOf(tenant, { limit: 1 });
    }))!;
    expect(page.roomData[0]).toMatchObject({ updated_date: room.updated_date.toISOString() });
    const [moved] = (await pageOf(tenant, { updated_since: page.as_of })).roomData;

    expect(moved).toMatchObject({ _id: room._id.toHexString(), user_Data: [expect.objectContaining({ username: AGENT.username })] });
    const admin = (await other.app.get(Clusters).default.client()).db('admin');
    const { transactionLifetimeLimitSeconds: limit } = await admin.command({ getParameter: 1, transactionLifetimeLimitSeconds: 1 });
    // It is looked after twice in its time.
    expect(Date.parse(page.as_of)).toBeLessThanOrEqual(Date.parse(moved!.updated_date) - 1.5 * Number(limit) * 1_000);
  });
});
