import mongoose from 'mongoose';
import request, { type Response } from 'supertest';

import { ANONYMOUS } from '../src/auth/index.js';
import { HistoryService, MESSAGES } from '../src/message/index.js';
import { ROOMS } from '../src/room/index.js';
import { DEFAULT_LIMITS, DEFAULT_SETTINGS, TenantDirectory, type Tenant } from '../src/tenancy/index.js';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { dropAll } from './support/tenants.js';

const NO_LIMITS = { calls_per_second: null, sends_per_second: null, sockets: null, concurrent_database: null, rooms_a_list: null, body_bytes: null, message_characters: null };
const TENANTS = '/admin/tenants';
const LIST = '/api/room/fetchRoomByUserAgent';
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let service: TestApp;
let client: mongoose.mongo.MongoClient;
let made = 0;

beforeAll(async () => {
  service = await startApp({ DIRECTORY_REFRESH_MS: '20', DATABASE_TIMEOUT_MS: '2500' });
  client = new mongoose.mongo.MongoClient(process.env.MONGODB_URI ?? '');
}, 60_000);

afterAll(async () => {
  await dropAll(service);
  await service.close();
  await client.close();
}, 60_000);

/** A key that no other test has. */
function newKey(): string {
  return `shop-${++made}`;
}

function admin(method: 'get' | 'put' | 'delete', path: string, { url } = service): request.Test {
  return request(url)[method](`${TENANTS}${path}`).set('Authorization', `Bearer ${ADMIN_TOKEN}`);
}

const put = (key: string, change: object = {}): request.Test => admin('put', `/${key}`).send(change);
const get = (key: string): request.Test => admin('get', `/${key}`);

/** The tenant as it is known in this instance's memory, which calls are decided by. */
async function known(key: string): Promise<Tenant> {
  const tenant = service.app.get(TenantDirectory).findByKey(key);
  if (tenant === null) throw new Error(`there is no tenant ${key}`);
  return tenant;
}

async function databases(): Promise<string[]> {
  return (await client.db('admin').admin().listDatabases({ nameOnly: true })).databases.map(({ name }) => name);
}

function expectRefusal(answer: Response, status: number, code: string, naming: RegExp): void {
  expect([answer.status, answer.body]).toEqual([status, { status: false, statusCode: status, error: code, message: expect.stringMatching(naming) }]);
}

describe('The admin API', () => {
  const routes: readonly (readonly ['get' | 'put' | 'delete', string])[] = [
    ['get', TENANTS],
    ['get', `${TENANTS}/anybody`],
    ['put', `${TENANTS}/anybody`],
    ['delete', `${TENANTS}/anybody`],
  ];

  it.each(routes)('refuses %s %s with 401 without the token, or with another one', async (method, path) => {
    const wrong = [undefined, '', 'Bearer', 'Bearer ', 'Bearer wrong-token-0123456789', `Bearer ${ADMIN_TOKEN}x`, `Bearer  ${ADMIN_TOKEN} x`, `Basic ${ADMIN_TOKEN}`, ADMIN_TOKEN];
    for (const authorization of wrong) {
      const call = request(service.url)[method](path);
      if (authorization !== undefined) call.set('Authorization', authorization);
      expectRefusal(await call, 401, 'UNAUTHORIZED', /Authorization: Bearer/);
    }
    expectRefusal(await request(service.url)[method](path).query({ token: ADMIN_TOKEN }), 401, 'UNAUTHORIZED', /Authorization: Bearer/);
    expectRefusal(await get('anybody'), 404, 'TENANT_UNKNOWN', /key/);
  });

  it.each(routes)('is not there at all where ADMIN_TOKEN is not set: %s %s', async (method, path) => {
    const closed = await startApp({ ADMIN_TOKEN: undefined, CONTROL_DATABASE: service.config.mongo.controlDatabase });
    try {
      expectRefusal(await request(closed.url)[method](path).set('Authorization', 'Bearer undefined'), 404, 'ROUTE_NOT_FOUND', /no such route/);
      expectRefusal(await request(closed.url)[method](path).set('Authorization', 'Bearer null'), 404, 'ROUTE_NOT_FOUND', /no such route/);
    } finally {
      await closed.close();
    }
  });

  it('warns at the start of a token that can be guessed, without saying it', async () => {
    const warningsOf = ({ log }: TestApp): unknown[] => log.filter(({ level, msg }) => level === 40 && String(msg).includes('ADMIN_TOKEN'));
    const short = await startApp({ ADMIN_TOKEN: '0123456789abcde', CONTROL_DATABASE: service.config.mongo.controlDatabase });
    try {
      expect(warningsOf(short)).toHaveLength(1);
      expect(JSON.stringify(short.log)).not.toContain('0123456789abcde');
      await request(short.url).get(TENANTS).set('Authorization', 'Bearer 0123456789abcde').expect(200);
    } finally {
      await short.close();
    }
    expect(warningsOf(service)).toEqual([]);
  });

  it('never repeats the token, in an answer or in the log', async () => {
    await put(newKey());
    expect(JSON.stringify(service.log)).not.toContain(ADMIN_TOKEN);
  });
});

describe('PUT /admin/tenants/:key', () => {
  it('makes a tenant that nobody can call yet, and answers it', async () => {
    const key = newKey();
    const answer = await put(key);
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        key,
        names: [],
        sub_domains: [],
        auth: { http: 'required', sockets: 'required' },
        open_from: [],
        status: 'active',
        cluster: 'default',
        database_user: false,
        database: expect.stringMatching(new RegExp(`^anteroom_${key}_[0-9a-f]{12}$`)),
        limits: DEFAULT_LIMITS,
        settings: DEFAULT_SETTINGS,
        created_date: expect.stringMatching(DATE),
        updated_date: answer.body.created_date,
      },
    ]);
    expect((await get(key)).body).toEqual(answer.body);
    const call = await request(service.url).post(`/t/${key}${LIST}`).send({ agent_id: 1, agent_db: 'x', type: 'general' });
    expect(call.body.error).toBe('CREDENTIAL_REFUSED');
  });

  const full = (key: string): object => ({
    names: [`${key}_agents`, `${key}_Orders`],
    sub_domains: [`chat.${key}.example`],
    auth: 'open',
    open_from: ['10.0.0.0/8', '::1'],
    status: 'suspended',
    limits: { ...NO_LIMITS, calls_per_second: 50 },
    settings: { default_image: 'https://images.example.com/default.png' },
  });

  it('takes every field', async () => {
    const key = newKey();
    expect((await put(key, { ...full(key), cluster: 'default' })).body).toMatchObject({ ...full(key), auth: { http: 'open', sockets: 'open' }, cluster: 'default' });
    expect((await get(key)).body).toMatchObject({ ...full(key), auth: { http: 'open', sockets: 'open' } });
  });

  it('leaves what the change does not mention, and moves updated_date only', async () => {
    const key = newKey();
    const { body: before } = await put(key, full(key));
    const { body: after } = await put(key, {});
    expect(after).toEqual({ ...before, updated_date: after.updated_date });
    expect(Date.parse(after.updated_date)).toBeGreaterThanOrEqual(Date.parse(before.updated_date));
    expect((await put(key, { status: 'active' })).body).toMatchObject({ ...before, status: 'active', updated_date: expect.any(String) });
  });

  it.each<[string, unknown]>([
    ['names', []],
    ['sub_domains', []],
    ['auth', { http: 'required', sockets: 'required' }],
    ['open_from', []],
    ['status', 'active'],
    ['cluster', 'default'],
    ['settings', DEFAULT_SETTINGS],
    ['limits', DEFAULT_LIMITS],
  ])('resets %s by null and nothing beside it', async (field, initial) => {
    const key = newKey();
    const { body: before } = await put(key, full(key));
    const { body: after } = await put(key, { [field]: null });
    expect(after).toEqual({ ...before, [field]: initial, updated_date: after.updated_date });
    expect((await get(key)).body).toEqual(after);
  });

  it('resets a single setting and one half of auth by null', async () => {
    const key = newKey();
    await put(key, full(key));
    expect((await put(key, { settings: { default_image: null } })).body.settings).toEqual(DEFAULT_SETTINGS);
    expect((await put(key, { auth: { sockets: null } })).body.auth).toEqual({ http: 'open', sockets: 'required' });
  });

  it('changes one half of auth and leaves the other', async () => {
    const key = newKey();
    expect((await put(key, { auth: { http: 'open' } })).body.auth).toEqual({ http: 'open', sockets: 'required' });
    expect((await put(key, { auth: { sockets: 'open' } })).body.auth).toEqual({ http: 'open', sockets: 'open' });
    expect((await put(key, { auth: { http: 'required' } })).body.auth).toEqual({ http: 'required', sockets: 'open' });
    expect((await put(key, { auth: {} })).body.auth).toEqual({ http: 'required', sockets: 'open' });
    expect((await put(key, { auth: 'required' })).body.auth).toEqual({ http: 'required', sockets: 'required' });
  });

  it('keeps the database of a tenant through every change', async () => {
    const key = newKey();
    const { body: before } = await put(key);
    for (const change of [full(key), { names: null }, { cluster: 'default' }, { cluster: null }]) {
      expect((await put(key, change)).body.database).toBe(before.database);
    }
  });

  it('does not count a tenant’s own names and sub-domains as taken', async () => {
    const key = newKey();
    await put(key, full(key));
    expect((await put(key, full(key))).status).toBe(200);
  });

  it.each([
    ['names', 'taken_name'],
    ['sub_domains', 'taken.example'],
  ])('refuses %s that another tenant has, with 409, and stores nothing of it', async (field, value) => {
    const [owner, other] = [newKey(), newKey()];
    await put(owner, { [field]: [`own-${value}`, value] });
    const { body: before } = await put(other, { [field]: [`other-${value}`] });
    expectRefusal(await put(other, { [field]: [`other-${value}`, value], status: 'suspended' }), 409, 'NAME_TAKEN', new RegExp(field));
    expect((await get(other)).body).toEqual(before);
    expectRefusal(await put(newKey(), { [field]: [value] }), 409, 'NAME_TAKEN', new RegExp(field));
    expect((await get(`shop-${made}`)).status).toBe(404);
    await put(owner, { [field]: null });
    expect((await put(other, { [field]: [value] })).body[field]).toEqual([value]);
  });

  it.each([
    ['names', 'raced_name'],
    ['sub_domains', 'raced.example'],
  ])('gives %s that eight tenants ask for at once to exactly one', async (field, value) => {
    const keys = Array.from({ length: 8 }, newKey);
    const answers = await Promise.all(keys.map((key) => put(key, { [field]: [value] })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409, 409, 409]);
    const stored = await Promise.all(keys.map((key) => get(key)));
    expect(stored.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404, 404, 404, 404, 404]);
  });

  it('makes one tenant of eight equal calls at once', async () => {
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 8 }, () => put(key, { names: [key] })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.database)).size).toBe(1);
  });

  it('loses nothing of twenty changes of different fields at once', async () => {
    const key = newKey();
    await put(key);
    const changes: object[] = [
      { names: [`${key}_a`, `${key}_b`] },
      { sub_domains: [`chat.${key}.example`] },
      { auth: { http: 'open' } },
      { auth: { sockets: 'open' } },
      { open_from: ['10.0.0.0/8'] },
      { status: 'suspended' },
      { settings: { default_image: 'https://images.example.com/x.png' } },
    ];
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => put(key, changes[at % changes.length] ?? {})));
    expect(answers.map(({ status, body }) => (status === 200 ? 200 : body))).toEqual(Array.from({ length: 20 }, () => 200));
    const expected = { ...Object.assign({}, ...changes), auth: { http: 'open', sockets: 'open' } };
    expect((await get(key)).body).toMatchObject(expected);
    expect(await known(key)).toMatchObject(expected);
  });

  it('loses no index version that is noted while the tenant is changed', async () => {
    const key = newKey();
    await put(key, { names: [key], auth: 'open' });
    const tenant = await known(key);
    const changes = Array.from({ length: 5 }, (_, at) => put(key, { settings: { default_image: `https://images.example.com/${at}.png` } }));
    const [room] = await Promise.all([aRoom(service, tenant), ...changes]);
    await aMessage(service, tenant, room._id);
    const record = await client.db(service.config.mongo.controlDatabase).collection<{ _id: string }>('tenants').findOne({ _id: key });
    expect(record).toMatchObject({ index_versions: { rooms: ROOMS.indexVersion, messages: MESSAGES.indexVersion } });
  });
});

describe('PUT /admin/tenants/:key refuses, and stores nothing of', () => {
  it.each(['A', 'shop_1', 'shop.1', 'Shop', 'x'.repeat(41), 'sh%20op', 'shöp', '%24where', '..%2Fadmin', '%00', '-%0A'])('the key %s', async (key) => {
    const before = (await admin('get', '')).body;
    expectRefusal(await put(key), 400, 'VALIDATION_FAILED', /key/);
    expect((await admin('get', '')).body).toEqual(before);
  });

  it.each<[string, unknown[], RegExp?]>([
    ['names', ['shop', {}, [''], ['a b'], ['a\tb'], ['a\u0000b'], ['a\u200Bb'], ['x'.repeat(201)], [null], [7], [['a']], [{ $ne: 1 }], ['a', 'a'], Array.from({ length: 101 }, (_, at) => `n${at}`)]],
    ['sub_domains', ['chat.shop.example', ['192.168.101.88'], ['10.0.0.1'], ['::1'], ['[::1]'], ['localhost'], ['LOCALHOST'], ['Chat.Shop.example'], ['chat.shop.example:3000'], ['https://chat.shop.example'], ['chat.shop.example/'], ['chat..example'], ['.example'], ['chat.'], ['-chat.example'], ['*.example'], ['a b.example'], [''], [null], [1], ['a.example', 'a.example'], ['x'.repeat(201)]]],
    ['auth', ['closed', '', 'OPEN', 1, true, [], ['open'], [{ http: 'open' }], { http: 'closed' }, { sockets: 1 }, { http: ['open'] }, { htpp: 'open' }], /auth|htpp/],
    ['open_from', ['10.0.0.0/8', {}, ['10.0.0.0/33'], ['10.0.0.0/'], ['10.0.0.0/8/9'], ['10.0.0'], ['::1/129'], ['localhost'], ['*'], [''], [null], [10], Array.from({ length: 101 }, () => '::1')]],
    ['status', ['gone', '', 1, true, [], ['active'], {}]],
    ['cluster', ['nowhere', '', 'Default', 1, [], ['default'], {}, '__proto__', 'constructor']],
    ['settings', ['x', 1, [], [{ default_image: 'x' }], { default_image: 1 }, { default_image: {} }, { default_image: ['x'] }, { default_image: 'x'.repeat(2001) }, { default_imag: 'x' }], /settings|default_imag/],
  ])('wrong %s, and names the field', async (field, values, naming = new RegExp(field)) => {
    const key = newKey();
    const { body: before } = await put(key, { names: [`${key}_name`], settings: { default_image: 'https://images.example.com/x.png' } });
    const taken: unknown[] = [];
    for (const value of values) {
      const { status, body } = await put(key, { status: 'suspended', [field]: value });
      if (status !== 400 || body.error !== 'VALIDATION_FAILED' || !naming.test(body.message)) taken.push([value, status, body]);
    }
    expect(taken).toEqual([]);
    expect((await get(key)).body).toEqual(before);
  });

  it.each(['database', 'key', 'index_versions', 'created_date', '_id', 'name', 'Names', '$set', 'limits.sockets'])('the field %s, which a person does not set, and names it', async (field) => {
    const key = newKey();
    expectRefusal(await put(key, { [field]: 'x', names: [key] }), 400, 'VALIDATION_FAILED', new RegExp(field.replace(/[$.]/g, '\\$&')));
    expect((await get(key)).status).toBe(404);
  });

  it('a half right change of a tenant that is not there yet', async () => {
    const key = newKey();
    expectRefusal(await put(key, { names: [key], status: 'gone' }), 400, 'VALIDATION_FAILED', /status/);
    expect((await get(key)).status).toBe(404);
  });

  it.each(['[]', '[{"status":"active"}]', '"text"', '{"status":', 'null'])('the body %s', async (body) => {
    const key = newKey();
    const answer = await admin('put', `/${key}`).set('Content-Type', 'application/json').send(body);
    expect([answer.status, answer.body.error]).toEqual([400, 'VALIDATION_FAILED']);
    expect((await get(key)).status).toBe(404);
  });
});

describe('GET /admin/tenants', () => {
  it('answers all tenants by key, as each is answered alone', async () => {
    const keys = [newKey(), newKey()];
    for (const key of keys) await put(key);
    const { status, body } = await admin('get', '');
    expect(status).toBe(200);
    const all = (body as { key: string }[]).map(({ key }) => key);
    expect(all).toEqual([...all].sort());
    expect(all).toEqual(expect.arrayContaining(keys));
    expect((body as { key: string }[]).find(({ key }) => key === keys[0])).toEqual((await get(keys[0] ?? '')).body);
  });

  it.each(['nobody', 'Not-a-key', '%24where', 'constructor'])('answers 404 for %s, which is no tenant', async (key) => {
    expectRefusal(await get(key), 404, 'TENANT_UNKNOWN', /key/);
  });
});

describe('DELETE /admin/tenants/:key', () => {
  /** A tenant with a room and a message. */
  async function aTenantWithData(key = newKey()): Promise<{ tenant: Tenant; room: Awaited<ReturnType<typeof aRoom>> }> {
    await put(key, { names: [key], auth: 'open' });
    const tenant = await known(key);
    const room = await aRoom(service, tenant);
    await aMessage(service, tenant, room._id, { message: 'still here' });
    return { tenant, room };
  }
  const remove = (key: string, query: object = {}): request.Test => admin('delete', `/${key}`).query(query);
  const rooms = async (key: string): Promise<unknown> =>
    (await request(service.url).post(LIST).send({ agent_db: key, agent_id: '141', type: 'agent_to_user' })).body;

  it.each([{}, { drop_database: 'false' }])('takes the tenant out at once and keeps its database: %j', async (query) => {
    const { tenant, room } = await aTenantWithData();
    expect((await remove(tenant.key, query)).body).toEqual({ key: tenant.key, database: tenant.database, dropped: false });
    expectRefusal(await get(tenant.key), 404, 'TENANT_UNKNOWN', /key/);
    expect(await rooms(tenant.key)).toMatchObject({ statusCode: 404, error: 'TENANT_UNKNOWN' });
    const { messages: kept } = await service.app.get(HistoryService).find(tenant, ANONYMOUS, room._id);
    expect(kept.map(({ message }) => message)).toEqual(['still here']);
    await client.db(tenant.database).dropDatabase();
  });

  it('drops the database by the explicit word', async () => {
    const { tenant } = await aTenantWithData();
    expect(await databases()).toContain(tenant.database);
    expect((await remove(tenant.key, { drop_database: 'true' })).body).toEqual({ key: tenant.key, database: tenant.database, dropped: true });
    expect(await databases()).not.toContain(tenant.database);
  });

  it.each(['', 'yes', '1', 'TRUE', 'true ', ['true', 'true'], { $ne: 'false' }])('refuses drop_database=%j, and removes nothing', async (word) => {
    const { tenant } = await aTenantWithData();
    const answer = await remove(tenant.key, { drop_database: word });
    expectRefusal(answer, 400, 'VALIDATION_FAILED', /drop_database/);
    expect((await get(tenant.key)).status).toBe(200);
    expect(await databases()).toContain(tenant.database);
  });

  it('refuses a word it does not know, and removes nothing', async () => {
    const { tenant } = await aTenantWithData();
    expectRefusal(await remove(tenant.key, { drop: 'true' }), 400, 'VALIDATION_FAILED', /drop/);
    expect((await get(tenant.key)).status).toBe(200);
  });

  it('answers 404 where there is no such tenant, and for the second of two calls', async () => {
    const key = newKey();
    expectRefusal(await remove(key), 404, 'TENANT_UNKNOWN', /key/);
    await put(key);
    const answers = await Promise.all([remove(key), remove(key)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
  });

  it('frees the names and sub-domains', async () => {
    const [first, second] = [newKey(), newKey()];
    const change = { names: [`${first}_name`], sub_domains: [`${first}.example`] };
    await put(first, change);
    await remove(first);
    expect((await put(second, change)).body).toMatchObject(change);
  });

  it('never lets a key that is used again meet the old data', async () => {
    const { tenant: old } = await aTenantWithData();
    expect(await rooms(old.key)).toMatchObject({ roomData: [{ chat_Data: [{ message: 'still here' }] }] });
    await remove(old.key);
    await put(old.key, { names: [old.key], auth: 'open' });
    expect((await known(old.key)).database).not.toBe(old.database);
    expect(await rooms(old.key)).toEqual({ roomData: [], status: true, statusCode: 200 });
    await client.db(old.database).dropDatabase();
  });
});

describe('The database of a tenant', () => {
  it.each(['a', '0', '-', 'admin', 'x'.repeat(40)])('has a name that nobody can say or guess: of the key %s', async (key) => {
    const { body } = await put(key, { names: [`${key}_name`] });
    expect(body.database).toMatch(new RegExp(`^anteroom_${key}_[0-9a-f]{12}$`));
    expect(Buffer.byteLength(body.database)).toBeLessThanOrEqual(63);
    expect(body.database).not.toContain(`${key}_name`);
    const call = await request(service.url).post(LIST).send({ agent_db: body.database, agent_id: 1, type: 'general' });
    expect(call.body.error).toBe('TENANT_UNKNOWN');
  });
});
