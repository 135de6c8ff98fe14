import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

import mongoose from 'mongoose';
import request from 'supertest';

import { KeyAdminService, TenantAdminService, type PutTenantDto } from '../src/admin/index.js';
import { TenantWork } from '../src/auth/index.js';
import { Clusters, ControlDatabase } from '../src/mongo/index.js';
import { HistoryService } from '../src/message/index.js';
import type { Room } from '../src/room/index.js';
import { TenantRepository, type Tenant } from '../src/tenancy/index.js';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom, aStoredRoom, storeRooms } from './support/build.js';
import { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { monitored, onCommand } from './support/explain.js';
import { Listener } from './support/listener.js';
import { refusal } from './support/refusal.js';
import { dropAll, newTenant } from './support/tenants.js';

const WITHIN = { within: 20_000 };
const BACKENDS = ['127.0.0.0/8'];
const NO_LIMITS = { calls_per_second: null, sends_per_second: null, sockets: null, concurrent_database: null, rooms_a_list: null, body_bytes: null, message_characters: null };
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

let service: TestApp;

beforeAll(async () => {
  service = await startApp({ TRUST_PROXY: 'loopback' });
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
});

/** A tenant whose limits are these; its calls come from a backend, which may use all of them. */
const limited = (limits: PutTenantDto['limits'], change: Partial<PutTenantDto> = {}): Promise<Tenant> => newTenant(service, { limits: limits ?? null, open_from: BACKENDS, ...change });
const listOf = (tenant: Tenant, fields: object = {}): request.Test =>
  new Calls(service, tenant).post('/api/room/fetchRoomByUserAgent', { agent_db: tenant.key, agent_id: '141', type: 'agent_to_user', ...fields });
const from = (address: string, call: request.Test): request.Test => call.set('X-Forwarded-For', address);
/** Makes so many calls at once: in several seconds the limit of one is exceeded all the same. */
const atOnce = (count: number, make: (at: number) => request.Test): Promise<request.Response[]> => Promise.all(upTo(count).map((at) => make(at)));
const statuses = (answers: readonly request.Response[]): number[] => [...new Set(answers.map(({ status }) => status))].sort();
const refused = (answers: readonly request.Response[]): request.Response[] => answers.filter(({ status }) => status === 429);

describe('Limits of a deployment', () => {
  const put = (key: string, limits: unknown): request.Test => request(service.url).put(`/admin/tenants/${key}`).set('Authorization', `Bearer ${ADMIN_TOKEN}`).send({ limits });

  it.each([0, -1, 1.5, '5', 'many', true, [], {}, 1e300])('are whole numbers from 1, and not %j', async (value) => {
    const { key } = await newTenant(service);
    for (const field of Object.keys(NO_LIMITS)) {
      const { body } = await put(key, { [field]: value }).expect(400);
      expect(body).toMatchObject(refusal(400, 'VALIDATION_FAILED', `limits.${field}`));
    }
  });

  it.each([[5], ['none'], [{ calls_per_minute: 5 }], [[]]])('are an object of known limits, and not %j', async (limits) => {
    const { key } = await newTenant(service);
    await put(key, limits).expect(400);
  });

  it('are changed one by one and reset one by one or all', async () => {
    const { key } = await newTenant(service);
    const limitsOf = async (): Promise<unknown> => (await request(service.url).get(`/admin/tenants/${key}`).set('Authorization', `Bearer ${ADMIN_TOKEN}`)).body.limits;
    expect(await limitsOf()).toEqual(NO_LIMITS);
    await put(key, { calls_per_second: 50, sockets: 3 }).expect(200);
    await put(key, { rooms_a_list: 7 }).expect(200);
    expect(await limitsOf()).toEqual({ ...NO_LIMITS, calls_per_second: 50, sockets: 3, rooms_a_list: 7 });
    await put(key, { sockets: null }).expect(200);
    expect(await limitsOf()).toEqual({ ...NO_LIMITS, calls_per_second: 50, rooms_a_list: 7 });
    await put(key, null).expect(200);
    expect(await limitsOf()).toEqual(NO_LIMITS);
  });

  it('are the service’s own for a deployment that was registered before there were any', async () => {
    const tenant = await newTenant(service);
    await service.app.get(ControlDatabase).with((database) => database.collection<{ _id: string }>('tenants').updateOne({ _id: tenant.key }, { $unset: { limits: '' } }));
    expect(await service.app.get(TenantRepository).findOne(tenant.key)).toMatchObject({ limits: NO_LIMITS });
  });
});

describe('Calls of a deployment', () => {
  it('that are too many are told so, when to come again, and how many there may be', async () => {
    const tenant = await limited({ calls_per_second: 2 });
    const answers = await atOnce(60, () => listOf(tenant).set('Origin', 'https://panel.example'));
    expect(statuses(answers)).toEqual([200, 429]);
    expect(answers.length - refused(answers).length).toBeGreaterThanOrEqual(6);
    for (const { body, headers } of refused(answers)) {
      expect(body).toEqual(refusal(429, 'TOO_MANY_REQUESTS', 'again', { roomData: [] }));
      expect(headers).toMatchObject({ 'retry-after': '1', 'ratelimit-limit': '2', 'ratelimit-remaining': '0', 'ratelimit-reset': '1' });
      expect(headers['access-control-expose-headers']).toMatch(/retry-after,ratelimit-limit,ratelimit-remaining,ratelimit-reset/);
    }
    // As soon as it is told.
    await eventually(() => listOf(tenant).expect(200), WITHIN);
  });

  it('carry the empty data key of their route when they are refused', async () => {
    const tenant = await limited({ calls_per_second: 1 });
    const room = '641d731dee3408c461095a2b';
    const answers = await atOnce(40, (at) => new Calls(service, tenant).get(at % 2 === 0 ? `/api/chat/getRoomUser/${room}` : `/api/chat/${room}`));
    const bodies = new Set(refused(answers).map(({ body }) => JSON.stringify(Object.keys(body as object))));
    expect(bodies).toEqual(new Set([['status', 'statusCode', 'error', 'message'], ['status', 'statusCode', 'error', 'message', 'userData']].map((keys) => JSON.stringify(keys))));
  });

  it('are counted by deployment: those of another one pass', async () => {
    const [noisy, quiet] = await Promise.all([limited({ calls_per_second: 1 }), limited({ calls_per_second: 100 })]);
    const [shouts, words] = await Promise.all([atOnce(50, () => listOf(noisy)), atOnce(50, () => listOf(quiet))]);
    expect([statuses(shouts), statuses(words)]).toEqual([[200, 429], [200]]);
  });

  it('that are refused touch no database', async () => {
    const watched = await startApp({ MONGODB_URI: monitored(process.env.MONGODB_URI ?? ''), CONTROL_DATABASE: service.config.mongo.controlDatabase });
    const tenant = await limited({ calls_per_second: 2 });
    const list = { agent_db: tenant.key, agent_id: '141', type: 'agent_to_user' };
    const calls = new Calls(watched, tenant);
    await eventually(() => calls.post('/api/room/fetchRoomByUserAgent', list).expect(200), WITHIN);
    const client = await watched.app.get(Clusters).default.run(async (connection) => connection.getClient());
    let commands = 0;
    onCommand(client, ({ databaseName }) => (commands += databaseName === tenant.database ? 1 : 0));
    const answers = await atOnce(60, () => calls.post('/api/room/fetchRoomByUserAgent', list));
    expect(refused(answers).length).toBeGreaterThan(10);
    expect(commands).toBe(answers.length - refused(answers).length);
    await watched.close();
  });

  it('are not counted where RATE_LIMIT is off', async () => {
    const tenant = await limited({ calls_per_second: 1, sends_per_second: 1 });
    const room = await aRoom(service, tenant);
    const other = await startApp({ RATE_LIMIT: 'off', CONTROL_DATABASE: service.config.mongo.controlDatabase });
    const calls = new Calls(other, tenant);
    for (let sent = 0; sent < 20; sent++) await calls.send(room._id).expect(200);
    await other.close();
  });
});

describe('One caller of a deployment', () => {
  it('that calls without a credential has a part of it, and another address its own', async () => {
    const tenant = await limited({ calls_per_second: 20 }, { open_from: [] });
    const answers = await atOnce(100, () => from('203.0.113.7', listOf(tenant)));
    expect(refused(answers).length).toBeGreaterThan(0);
    for (const { headers } of refused(answers)) expect(headers['ratelimit-limit']).toBe('4');
    expect(statuses(await atOnce(8, () => from('203.0.113.8', listOf(tenant))))).toEqual([200]);
    expect(statuses(await atOnce(12, () => from('2001:db8:0:1::7', listOf(tenant))))).toEqual([200]);
  });

  it('has one part for all addresses of its network of IPv6', async () => {
    const tenant = await limited({ calls_per_second: 20 }, { open_from: [] });
    const answers = await atOnce(100, (at) => from(`2001:db8::${(at + 1).toString(16)}`, listOf(tenant)));
    expect(statuses(answers)).toEqual([200, 429]);
  });

  it('cannot get around that by a header that looks like a proxy’s', async () => {
    const tenant = await limited({ calls_per_second: 20 }, { open_from: [] });
    const answers = await atOnce(150, (at) => from(`not an address ${at}`, listOf(tenant)));
    for (const { headers } of refused(answers)) expect(headers['ratelimit-limit']).toBe('10');
    expect(refused(answers).length).toBeGreaterThan(0);
    expect(statuses(await atOnce(8, () => from('203.0.113.8', listOf(tenant))))).toEqual([200]);
  });

  it.each(['service', 'reader'] as const)('has most of it by a key of the role %s, which leaves something to others', async (role) => {
    const tenant = await limited({ calls_per_second: 5 });
    const { credential } = await service.app.get(KeyAdminService).add(tenant.key, { role, expires: null, note: null });
    const answers = await atOnce(150, () => listOf(tenant).set('Authorization', credential));
    expect(refused(answers).length).toBeGreaterThan(0);
    for (const { headers } of refused(answers)) expect(headers['ratelimit-limit']).toBe('4');
    expect(statuses(await atOnce(3, () => listOf(tenant)))).toEqual([200]);
  });

  it('has all of it where it is a backend of open_from', async () => {
    const tenant = await limited({ calls_per_second: 20 }, { open_from: ['203.0.113.0/24'] });
    const answers = await atOnce(60, () => from('203.0.113.7', listOf(tenant)));
    expect(statuses(answers)).toEqual([200]);
  });
});

describe('Who has just made too many calls', () => {
  const path = '/api/room/fetchRoomByUserAgent';
  const keyOf = async ({ key }: Tenant): Promise<string> => (await service.app.get(KeyAdminService).add(key, { role: 'service', expires: null, note: null })).credential;
  const broken = (path: string): request.Test => request(service.url).post(path).set('Content-Type', 'application/json').send('{');
  /** What broken calls are refused with behind too many good ones: a body that is read is refused with 400. */
  const refusedUnread = (good: () => request.Test, bad: () => request.Test): Promise<request.Response[]> =>
    eventually(async () => {
      const [, answers] = await Promise.all([atOnce(30, good), atOnce(10, bad)]);
      expect(refused(answers).length).toBeGreaterThan(0);
      return refused(answers);
    }, WITHIN);

  it('by an API key is refused before the body is read, with the same answer; other keys and other routes are not', async () => {
    const tenant = await limited({ calls_per_second: 2 });
    const [hasty, other] = [await keyOf(tenant), await keyOf(tenant)];
    const byKey = (call: request.Test): request.Test => call.set('Authorization', `Bearer ${hasty}`).set('Origin', 'https://panel.example');
    for (const { body, headers } of await refusedUnread(() => byKey(listOf(tenant)), () => byKey(broken(path)))) {
      expect(body).toEqual(refusal(429, 'TOO_MANY_REQUESTS', 'again', { roomData: [] }));
      expect(headers).toMatchObject({ 'retry-after': '1', 'ratelimit-limit': '2', 'ratelimit-remaining': '0', 'ratelimit-reset': '1', 'access-control-allow-origin': 'https://panel.example' });
    }
    await broken(path).set('Authorization', other).expect(400);
    await request(service.url).get('/health/live').set('Authorization', hasty).expect(200);
  });

  it('by a path is so, and nobody with another credential or of another deployment', async () => {
    const [tenant, neighbour] = await Promise.all([limited({ calls_per_second: 2 }), limited({ calls_per_second: 2 })]);
    const other = await keyOf(tenant);
    await refusedUnread(() => listOf(tenant), () => broken(`/t/${tenant.key}${path}`));
    await broken(`/t/${tenant.key}${path}`).set('Authorization', other).expect(400);
    await broken(`/t/${neighbour.key}${path}`).expect(400);
  });

  it('is so however the path is written, and whatever it says of proxies', async () => {
    const tenant = await limited({ calls_per_second: 2 });
    await refusedUnread(() => from(`by ${Math.random()}`, listOf(tenant)), () => from(`by ${Math.random()}`, broken(`/t/${tenant.key}${path}`)));
    await refusedUnread(() => listOf(tenant), () => broken(`/t/${tenant.key}/API/room/fetchRoomByUserAgent`));
  });

  it('by a path that is nobody’s is read and counted: the body names another deployment the next time', async () => {
    const [tenant, neighbour] = await Promise.all([limited({ calls_per_second: 1 }), limited({})]);
    const call = ({ key }: Tenant): request.Test => request(service.url).post(`/t/none-${tenant.key}${path}`).send({ agent_db: key, agent_id: '141', type: 'agent_to_user' });
    const [own, others] = await Promise.all([atOnce(40, () => call(tenant)), atOnce(40, () => call(neighbour))]);
    expect([own, others].map(statuses)).toEqual([[200, 429], [200]]);
  });
});

describe('Messages of a deployment', () => {
  it('that are too many are refused and not stored, while its other calls go on', async () => {
    const tenant = await limited({ sends_per_second: 2 });
    const room = await aRoom(service, tenant);
    const calls = new Calls(service, tenant);
    const answers = await atOnce(60, (at) => calls.send(room._id, { message: String(at) }));
    expect(statuses(answers)).toEqual([200, 429]);
    for (const { body, headers } of refused(answers)) {
      expect(body).toEqual(refusal(429, 'TOO_MANY_REQUESTS', 'again', { chatData: {} }));
      expect([headers['retry-after'], headers['ratelimit-limit']]).toEqual(['1', '2']);
    }
    expect(await calls.history(room._id)).toHaveLength(answers.length - refused(answers).length);
  });

  it('are counted however the path is written', async () => {
    const tenant = await limited({ sends_per_second: 1 });
    const room = await aRoom(service, tenant);
    const paths = ['/api/chat/sendMessageJoin', '/api/chat/sendMessageJoin/', '/API/Chat/SENDMESSAGEJOIN', '//api//chat//sendMessageJoin'];
    const answers = await atOnce(100, (at) => new Calls(service, tenant).post(paths[at % paths.length]!, { room_id: String(room._id), message: 'x', user_type: 'agent', user_id: 141 }));
    const byPath = paths.map((path) => answers.filter((_, at) => paths[at % paths.length] === path));
    expect(byPath.map((some) => refused(some).length > 10)).toEqual(paths.map(() => true));
  });
});

describe('Work of a deployment', () => {
  let off: TestApp;
  let client: mongoose.mongo.MongoClient;
  let session: mongoose.mongo.ClientSession;
  let tenant: Tenant;
  let room: Room;
  let calls: Calls;

  beforeAll(async () => {
    off = await startApp({ RATE_LIMIT: 'off', CONTROL_DATABASE: service.config.mongo.controlDatabase });
    client = new mongoose.mongo.MongoClient(process.env.MONGODB_URI ?? '');
  });
  afterAll(async () => {
    await client.close();
    await off.close();
  });
  beforeEach(async () => {
    tenant = await limited({ concurrent_database: 1, calls_per_second: 3 });
    room = await aRoom(service, tenant);
    calls = new Calls(off, tenant);
    await eventually(() => calls.users(room._id), WITHIN);
    session = client.startSession();
    session.startTransaction();
    // While somebody else changes the room, whoever sends to it waits.
    await client.db(tenant.database).collection('rooms').updateOne({ _id: room._id }, { $set: { held: true } }, { session });
  });
  afterEach(() => session.endSession());

  const waiting = (): Promise<request.Response> => calls.history(room._id).then((body) => ({ status: 200, body }) as request.Response);
  // The one place is taken.
  const isAtWork = (): Promise<unknown> => eventually(() => expect(off.app.get(TenantWork).runNow(tenant, () => Promise.resolve())).toBeNull(), WITHIN);

  it('waits in order behind as much as it may do at once, while another deployment’s goes on', async () => {
    const order: string[] = [];
    const held = calls.send(room._id, { message: 'held' }).then(() => order.push('held'));
    await isAtWork();
    const next = waiting().then(({ body }) => order.push(`history of ${(body as unknown as unknown[]).length}`));
    await listOf(await limited({})).expect(200);
    expect(order).toEqual([]);
    await session.abortTransaction();
    await Promise.all([held, next]);
    expect(order).toEqual(['held', 'history of 1']);
  });

  it('is refused where too much waits already', async () => {
    const held = calls.send(room._id, { message: 'held' }).then((answer) => answer);
    await isAtWork();
    const told: request.Response[] = [];
    const all = upTo(10).map(() => calls.get(`/api/chat/${String(room._id)}`).then((answer) => told.push(answer)));
    await eventually(() => expect(told).toHaveLength(7), WITHIN);
    for (const { status, body, headers } of told) expect([status, body, headers['retry-after']]).toEqual([429, refusal(429, 'TOO_MANY_REQUESTS', 'again'), '1']);
    await session.abortTransaction();
    await Promise.all([held, ...all]);
    expect(told.filter(({ status }) => status === 200)).toHaveLength(3);
  });

  it('lets one address have a part of the places to wait, and others the rest', async () => {
    const tenant = await limited({ concurrent_database: 1, calls_per_second: 10 }, { open_from: [] });
    const { credential } = await service.app.get(KeyAdminService).add(tenant.key, { role: 'service', expires: null, note: null });
    const byKey = new Calls(off, tenant, credential);
    const anonymous = new Calls(off, tenant);
    const ends: (() => void)[] = [];
    const history = off.app.get(HistoryService);
    const found = import.meta.jest.spyOn(history, 'find').mockImplementation(() => new Promise((resolve) => ends.push(() => resolve({ messages: [], next: null }))));
    // The other instance knows the deployment, and its key.
    await eventually(() => byKey.get('/api/chat/x').expect(400), WITHIN);
    const path = `/api/chat/${String(room._id)}`;
    const told: number[] = [];
    const ask = (calls: Calls): Promise<void> => calls.get(path).then(({ status }) => void told.push(status));
    const held = ask(byKey);
    await eventually(() => expect(ends).toHaveLength(1), WITHIN);
    const many = upTo(6).map(() => ask(anonymous));
    await eventually(() => expect(told).toEqual([429, 429, 429, 429]), WITHIN);
    found.mockRestore();
    const other = byKey.get(path).then((answer) => answer);
    ends[0]?.();
    await Promise.all([held, other, ...many]);
    expect(told.filter((status) => status === 200)).toHaveLength(1);
  });

  it('of sockets stands in the same line as that of calls', async () => {
    const socket = await Listener.open(`${off.url}/t/${tenant.key}`);
    const held = calls.send(room._id, { message: 'held' }).then((answer) => answer);
    await isAtWork();
    for (let sent = 0; sent < 5; sent++) socket.socket.emit('save-user-location', { agent_id: 141, order_id: 10, lat: '1', lng: '2' });
    await eventually(async () => expect((await fetch(`${off.url}/metrics`)).text()).resolves.toMatch(/dropped_total\{reason="too_many"\} 2/), WITHIN);
    expect(socket.heard).toEqual([]);
    await session.abortTransaction();
    await held;
    await eventually(() => expect(socket.payloads('agent-location-141')).toHaveLength(3), WITHIN);
    socket.close();
  });

  it('is not done for a caller who has gone while it waited', async () => {
    const held = calls.send(room._id, { message: 'held' }).then((answer) => answer);
    await isAtWork();
    const body = JSON.stringify({ room_id: String(room._id), message: 'gone', user_type: 'agent', user_id: 141 });
    const head = [`POST /t/${tenant.key}/api/chat/sendMessageJoin HTTP/1.1`, 'host: x', 'content-type: application/json', `content-length: ${body.length}`, `x-request-id: gone-${tenant.key}`];
    const gone = connect(Number(new URL(off.url).port), '127.0.0.1');
    gone.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    // It is most likely in the line then, which nothing tells; it is not stored either way.
    for (let asked = 0; asked < 5; asked++) await request(off.url).get('/health/live').expect(200);
    gone.destroy();
    await eventually(() => expect(off.log).toContainEqual(expect.objectContaining({ request_id: `gone-${tenant.key}`, status: 499 })), WITHIN);
    const last = calls.send(room._id, { message: 'last' }).then((answer) => answer);
    await session.abortTransaction();
    await Promise.all([held, last]);
    expect((await calls.history(room._id)).map(({ message }) => message)).toEqual(['held', 'last']);
    expect(off.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });
});

describe('A list', () => {
  let tenant: Tenant;
  const order = (body: { roomData: { room_id: string }[] }): string[] => body.roomData.map(({ room_id }) => room_id);

  beforeAll(async () => {
    tenant = await limited({ rooms_a_list: 2 });
    const at = (day: number): Date => new Date(`2024-01-0${day}T00:00:00.000Z`);
    await storeRooms(service, tenant, [1, 2, 3, 4, 5].map((day) => aStoredRoom(tenant.key, { room_id: String(day), updated_date: at(day) })));
  });

  it('answers no more rooms than the deployment may have in one, the newest', async () => {
    const { body } = await listOf(tenant).expect(200);
    expect(body).toEqual({ roomData: expect.any(Array), status: true, statusCode: 200 });
    expect(order(body)).toEqual(['5', '4']);
  });

  it.each([{ limit: 4 }, { updated_since: '2024-01-01' }])('goes on behind them where it was asked for with %j', async (asked) => {
    const { body: first } = await listOf(tenant, asked).expect(200);
    const { body: second } = await listOf(tenant, { limit: 4, ...asked, cursor: first.next_cursor }).expect(200);
    const { body: third } = await listOf(tenant, { limit: 4, ...asked, cursor: second.next_cursor }).expect(200);
    expect([first, second, third].map(order)).toEqual([['5', '4'], ['3', '2'], ['1']]);
    expect(third.next_cursor).toBeNull();
  });

  it('has the service’s own limit where the deployment has none', async () => {
    const small = await startApp({ ROOMS_A_LIST: '1', CONTROL_DATABASE: service.config.mongo.controlDatabase });
    const other = await limited({});
    await storeRooms(service, other, [1, 2].map(() => aStoredRoom(other.key)));
    await eventually(async () => {
      const { body } = await new Calls(small, other).post('/api/room/fetchRoomByUserAgent', { agent_id: '141', type: 'agent_to_user' }).expect(200);
      expect(body.roomData).toHaveLength(1);
    }, WITHIN);
    await small.close();
  });
});

describe('A body', () => {
  const large = (tenant: Tenant, bytes: number): object => ({ agent_db: tenant.key, agent_id: '141', type: 'agent_to_user', more: 'x'.repeat(bytes) });
  const post = (tenant: Tenant): request.Test => new Calls(service, tenant).post('/api/room/fetchRoomByUserAgent');

  it('may be as large as the deployment’s may be, also packed and as a form', async () => {
    const tenant = await limited({ body_bytes: 1_000 });
    await post(tenant).send(large(tenant, 500)).expect(200);
    const { body } = await post(tenant).send(large(tenant, 1_000)).expect(413);
    expect(body).toEqual(refusal(413, 'BODY_TOO_LARGE', '', { roomData: [] }));
    const packed = gzipSync(JSON.stringify(large(tenant, 50_000)));
    expect(packed.length).toBeLessThan(1_000);
    const sent = await fetch(`${service.url}/t/${tenant.key}/api/room/fetchRoomByUserAgent`, { method: 'POST', body: packed, headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } });
    expect(sent.status).toBe(413);
    await post(tenant).type('form').send(large(tenant, 1_000)).expect(413);
  });

  it('may never be larger than the service’s', async () => {
    const tenant = await limited({ body_bytes: 10_000_000 });
    await post(tenant).send(large(tenant, 90_000)).expect(200);
    await post(tenant).send(large(tenant, 110_000)).expect(413);
  });
});

describe('A message', () => {
  it('may be as long as the deployment’s may be, and never longer than the service’s', async () => {
    const [short, long] = await Promise.all([limited({ message_characters: 5 }), limited({ message_characters: 50_000 })]);
    const send = async (tenant: Tenant, message: string): Promise<request.Response> => new Calls(service, tenant).send((await aRoom(service, tenant))._id, { message });
    expect((await send(short, '12345')).status).toBe(200);
    expect([(await send(short, '123456')).body]).toEqual([refusal(400, 'VALIDATION_FAILED', 'message must not be longer than 5 characters', { chatData: {} })]);
    expect((await send(long, 'x'.repeat(10_000))).status).toBe(200);
    expect((await send(long, 'x'.repeat(10_001))).status).toBe(400);
  });
});

describe('A quiet deployment beside one at ten times its limit', () => {
  it('gets every answer, and the right one', async () => {
    const [noisy, quiet] = await Promise.all([limited({ calls_per_second: 20 }), limited({ calls_per_second: 50 })]);
    const rooms = await Promise.all(upTo(3).map(() => aRoom(service, quiet)));
    for (const { _id } of rooms) await aMessage(service, quiet, _id, { message: `of ${quiet.key}` });
    const { text: expected } = await listOf(quiet).expect(200);
    const shouts: request.Response[] = [];
    let isOver = false;
    const shout = async (): Promise<void> => {
      while (!isOver) shouts.push(...(await atOnce(20, () => listOf(noisy))));
    };
    const shouting = shout();
    for (let asked = 0; asked < 50; asked++) expect((await listOf(quiet).expect(200)).text).toBe(expected);
    isOver = true;
    await shouting;
    expect(statuses(shouts)).toEqual([200, 429]);
  });
});

describe('Whoever may change limits', () => {
  it('changes them while calls come, and they are in force at once', async () => {
    const tenant = await limited({ calls_per_second: 1 });
    expect(statuses(await atOnce(40, () => listOf(tenant)))).toEqual([200, 429]);
    await service.app.get(TenantAdminService).put(tenant.key, { limits: { calls_per_second: 1_000 } });
    expect(statuses(await atOnce(40, () => listOf(tenant)))).toEqual([200]);
  });
});
