import mongoose from 'mongoose';
import request, { type Response } from 'supertest';

import { KeyAdminService } from '../src/admin/index.js';
import { KeyUses } from '../src/auth/index.js';
import type { ApiKey, Tenant } from '../src/tenancy/index.js';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { Listener } from './support/listener.js';
import { LIST_NAMES, listRoute, LISTS } from './support/lists.js';
import { dropAll, newTenant } from './support/tenants.js';

const REQUIRED = { auth: { http: 'required', sockets: 'required' } } as const;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const TENANT_UNKNOWN = [404, 'TENANT_UNKNOWN'];
const KEY_UNKNOWN = [404, 'KEY_UNKNOWN'];
const INVALID = [400, 'VALIDATION_FAILED'];
const REFUSED = [403, 'CREDENTIAL_REFUSED'];
const soon = (check: () => void | Promise<void>): Promise<void> => eventually(check, { within: 5_000 });

interface Made {
  readonly id: string;
  readonly key: string;
  readonly role: string;
  readonly expires: string | null;
}

let service: TestApp;
let other: TestApp;
let client: mongoose.mongo.MongoClient;

beforeAll(async () => {
  service = await startApp();
  // The interval that a service has unless told otherwise.
  other = await startApp({ CONTROL_DATABASE: service.config.mongo.controlDatabase, DIRECTORY_REFRESH_MS: undefined });
  client = new mongoose.mongo.MongoClient(process.env.MONGODB_URI ?? '');
});
afterAll(async () => {
  await dropAll(service);
  await Promise.all([service.close(), other.close(), client.close()]);
});

function admin(method: 'get' | 'post' | 'put' | 'delete', path: string): request.Test {
  return request(service.url)[method](`/admin/tenants/${path}`).set('Authorization', `Bearer ${ADMIN_TOKEN}`);
}

const add = (tenant: string, fields: object | string = {}): request.Test => admin('post', `${tenant}/keys`).send(fields);
const list = (tenant: string): request.Test => admin('get', `${tenant}/keys`);
const revoke = (tenant: string, id: string): request.Test => admin('delete', `${tenant}/keys/${id}`);
const outcome = ({ status, body }: Response): unknown[] => [status, ...(status === 200 ? [] : [body.error])];

async function aKey({ key }: Tenant, fields: object = {}): Promise<Made> {
  return (await add(key, { role: 'service', ...fields }).expect(200)).body;
}

/** A key that was good until now. */
async function anExpiredKey({ key }: Tenant): Promise<string> {
  return (await service.app.get(KeyAdminService).add(key, { role: 'service', expires: new Date(), note: null })).credential;
}

async function aRevokedKey(tenant: Tenant): Promise<string> {
  const { id, key } = await aKey(tenant);
  await revoke(tenant.key, id).expect(200);
  return key;
}

const LISTED = { agent_id: '141', type: 'agent_to_user' };
const call = (credential: string | null, hint: object, url = service.url): request.Test => {
  const test = request(url).post('/api/room/fetchRoomByUserAgent').send({ ...LISTED, ...hint });
  return credential === null ? test : test.set('Authorization', credential);
};

describe('The API for keys refuses', () => {
  let tenant: Tenant;
  beforeAll(async () => {
    tenant = await newTenant(service, REQUIRED);
  });

  it.each<[string, unknown[]]>([
    ['role', [undefined, null, '', 'admin', 'agent', 'Service', 1, true, ['service'], { $ne: 'x' }]],
    ['expires', ['', 'tomorrow', '2020-01-01', '2024-02-30T00:00:00Z', new Date(Date.now() - 1_000).toISOString(), 1, 4102444800000, true, ['2099-01-01'], { $gt: 0 }]],
    ['note', [1, true, ['x'], {}, 'x'.repeat(201), 'two\nlines', 'a\u0000b', '\u001b[31mred', 'right\u202eto left', 'half \ud83d pair']],
    ['id', ['0123456789ab']],
    ['key', ['anteroom_key_x']],
    ['hash', ['0'.repeat(64)]],
    ['__proto__x', [{}]],
  ])('a wrong %s, and makes no key', async (field, values) => {
    const taken: unknown[] = [];
    for (const value of values) {
      const answer = await add(tenant.key, { role: 'service', [field]: value });
      if (answer.status !== 400 || !String(answer.body.message).includes(field)) taken.push([value, answer.status, answer.body]);
    }
    expect(taken).toEqual([]);
    expect((await list(tenant.key)).body).toEqual([]);
  });

  it.each(['[]', '"service"', 'null', '{"role":', ''])('the body %j', async (body) => {
    expect(outcome(await add(tenant.key, body).set('Content-Type', 'application/json'))).toEqual(INVALID);
    expect((await list(tenant.key)).body).toEqual([]);
  });

  it('everybody without the admin token, also with a key', async () => {
    const { key, id } = await aKey(tenant);
    const routes = [['post', ''], ['get', ''], ['delete', `/${id}`]] as const;
    for (const [method, path] of routes) {
      const url = `/admin/tenants/${tenant.key}/keys${path}`;
      for (const authorization of ['', key, `Bearer ${key}`, 'Bearer wrong-token-0123456789']) {
        expect(outcome(await request(service.url)[method](url).set('Authorization', authorization).send())).toEqual([401, 'UNAUTHORIZED']);
      }
    }
    expect((await list(tenant.key)).body).toMatchObject([{ id }]);
    await revoke(tenant.key, id).expect(200);
  });

  it.each(['nobody', 'Nobody', '%24where', '__proto__', 'x'.repeat(300)])('the tenant %s, which is none', async (key) => {
    const answers = [await add(key, { role: 'service' }), await list(key), await revoke(key, '0123456789ab')];
    expect(answers.map(outcome)).toEqual([TENANT_UNKNOWN, TENANT_UNKNOWN, TENANT_UNKNOWN]);
  });

  it('to revoke a key twice, one of another tenant, or none', async () => {
    const stranger = await aKey(await newTenant(service));
    const { id } = await aKey(tenant);
    await revoke(tenant.key, id).expect(200);
    for (const unknown of [id, stranger.id, 'x', '__proto__', '%00', id.toUpperCase()]) expect(outcome(await revoke(tenant.key, unknown))).toEqual(KEY_UNKNOWN);
  });

  it('more than fifty keys of a tenant, also when they are asked for at once', async () => {
    const full = await newTenant(service);
    const keys = service.app.get(KeyAdminService);
    for (let made = 0; made < 48; made++) await keys.add(full.key, { role: 'reader', expires: null, note: null });
    const answers = await Promise.all(Array.from({ length: 5 }, () => add(full.key, { role: 'reader' })));
    expect(answers.map((answer) => outcome(answer).join(' ')).sort()).toEqual(['200', '200', '409 KEYS_FULL', '409 KEYS_FULL', '409 KEYS_FULL']);
    const { body } = await list(full.key);
    expect(body).toHaveLength(50);
    await revoke(full.key, body[0].id).expect(200);
    expect(outcome(await add(full.key, { role: 'reader' }))).toEqual([200]);
  });
});

describe('An API key', () => {
  it('is answered once, not to be kept by anybody on the way, and never again', async () => {
    const tenant = await newTenant(service, REQUIRED);
    const answer = await add(tenant.key, { role: 'reader', expires: '2099-12-31', note: 'reports, 2026 – “ünïcode”' }).expect(200);
    const { id, key } = answer.body as Made;
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).toEqual({ id: expect.stringMatching(/^[0-9a-f]{12}$/), key: expect.stringMatching(new RegExp(`^anteroom_key_${tenant.key}_${id}_[0-9a-f]{48}$`)), role: 'reader', expires: '2099-12-31T00:00:00.000Z' });
    const listed = { id, role: 'reader', expires: '2099-12-31T00:00:00.000Z', note: 'reports, 2026 – “ünïcode”', created_date: expect.stringMatching(DATE) };
    expect((await list(tenant.key).expect(200)).body).toEqual([{ ...listed, last_used: null }]);
    await call(key, {}).expect(200);
    expect(outcome(await call(`${key}0`, {}))).toEqual([400, 'TENANT_REQUIRED']);
    expect(outcome(await call(`${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`, {}))).toEqual(REFUSED);
    expect((await revoke(tenant.key, id).expect(200)).body).toEqual(listed);
    const control = client.db(service.config.mongo.controlDatabase);
    const stored = await Promise.all((await control.collections()).map((one) => one.find().toArray()));
    const told = [await admin('get', ''), await admin('get', tenant.key), await request(service.url).get('/admin/audit').set('Authorization', `Bearer ${ADMIN_TOKEN}`)];
    const everywhere = JSON.stringify([stored, told.map(({ text }) => text), service.log, other.log]);
    expect(everywhere).toContain(id);
    expect(everywhere).not.toContain(key.slice(-48));
    expect(JSON.stringify(told.map(({ text }) => text))).not.toContain('hash');
  });

  it('stays through changes of its tenant, and through other keys that are made at the same time', async () => {
    const tenant = await newTenant(service, REQUIRED);
    const changes = Array.from({ length: 5 }, (_, at) => admin('put', tenant.key).send({ settings: { default_image: `https://images.example.com/${at}.png` } }));
    const made = await Promise.all([...Array.from({ length: 5 }, () => aKey(tenant)), ...changes]).then((all) => all.slice(0, 5) as Made[]);
    await admin('put', tenant.key).send({ sub_domains: null, settings: null, auth: null }).expect(200);
    expect(((await list(tenant.key)).body as Made[]).map(({ id }) => id).sort()).toEqual(made.map(({ id }) => id).sort());
    for (const { key } of made) await call(key, {}).expect(200);
    await revoke(tenant.key, made[0]!.id).expect(200);
    expect(outcome(await call(made[0]!.key, {}))).toEqual(REFUSED);
    for (const { key } of made.slice(1)) await call(key, {}).expect(200);
  });

  it('works with and without Bearer, and not for a tenant of the same key that was made again', async () => {
    const tenant = await newTenant(service, REQUIRED);
    const { key } = await aKey(tenant);
    for (const authorization of [key, `Bearer ${key}`, `bearer  ${key} `]) await call(authorization, {}).expect(200);
    await admin('delete', tenant.key).expect(200);
    expect(outcome(await call(key, {}))).toEqual(TENANT_UNKNOWN);
    await admin('put', tenant.key).send({}).expect(200);
    expect(outcome(await call(key, {}))).toEqual(REFUSED);
  });

  it('works on another instance within the time that a change takes, and stops there when it is revoked', async () => {
    const tenant = await newTenant(service, REQUIRED);
    const { id, key } = await aKey(tenant);
    await call(key, {}).expect(200);
    await soon(async () => expect(outcome(await call(key, {}, other.url))).toEqual([200]));
    const listener = await Listener.open(`${other.url}/t/${tenant.key}`, { headers: { authorization: key } });
    await revoke(tenant.key, id).expect(200);
    expect(outcome(await call(key, {}))).toEqual(REFUSED);
    await soon(async () => expect(outcome(await call(key, {}, other.url))).toEqual(REFUSED));
    await soon(() => expect(listener.disconnects).toHaveLength(1));
  });

  it('ends with its time: calls are refused, and its socket is closed', async () => {
    const tenant = await newTenant(service, REQUIRED);
    const { key } = await aKey(tenant, { expires: new Date(Date.now() + 4_000).toISOString() });
    await call(key, {}).expect(200);
    const listener = await Listener.open(`${service.url}/t/${tenant.key}`, { auth: { token: key } });
    await eventually(async () => expect(outcome(await call(key, {}))).toEqual(REFUSED), { within: 10_000 });
    await soon(() => expect(listener.disconnects).toHaveLength(1));
    await expect(Listener.open(`${service.url}/t/${tenant.key}`, { auth: { token: key } })).rejects.toMatchObject({ data: { error: 'CREDENTIAL_REFUSED' } });
  });

  it('is listed with the minute of its last use, which is stored without news for the instances', async () => {
    const tenant = await newTenant(service, REQUIRED);
    const [used, unused] = [await aKey(tenant), await aKey(tenant)];
    const control = client.db(service.config.mongo.controlDatabase);
    const revision = async (): Promise<unknown> => (await control.collection<{ _id: string; revision: number }>('revisions').findOne({ _id: 'tenants' }))?.revision;
    const before = await revision();
    for (let calls = 0; calls < 5; calls++) await call(used.key, {}).expect(200);
    await call(`${unused.key.slice(0, -4)}ffff`, {}).expect(403);
    const uses = control.collection<{ _id: string }>('key_uses');
    expect(await uses.countDocuments({ tenant: tenant.key })).toBe(0);
    await service.app.get(KeyUses).write();
    expect((await list(tenant.key)).body).toMatchObject([{ id: used.id, last_used: expect.stringMatching(/T\d\d:\d\d:00\.000Z$/) }, { id: unused.id, last_used: null }]);
    expect(await revision()).toBe(before);
    await revoke(tenant.key, used.id).expect(200);
    expect(await uses.findOne({ _id: used.id })).toBeNull();
    await call(unused.key, {}).expect(200);
    await service.app.get(KeyUses).write();
    await admin('delete', tenant.key).expect(200);
    expect(await uses.countDocuments({ tenant: tenant.key })).toBe(0);
  });

  it('is noted as used when its instance stops, and not any more when it is gone by then', async () => {
    const third = await startApp({ CONTROL_DATABASE: service.config.mongo.controlDatabase });
    const tenant = await newTenant(service, REQUIRED);
    const [kept, gone] = [await aKey(tenant), await aKey(tenant)];
    for (const { key } of [kept, gone]) await soon(async () => expect(outcome(await call(key, {}, third.url))).toEqual([200]));
    await revoke(tenant.key, gone.id).expect(200);
    await third.close();
    expect((await list(tenant.key)).body).toEqual([expect.objectContaining({ id: kept.id, last_used: expect.stringMatching(DATE) })]);
    expect(await client.db(service.config.mongo.controlDatabase).collection<{ _id: string }>('key_uses').findOne({ _id: gone.id })).toBeNull();
  });
});

describe('A credential that is not good', () => {
  it('gets one answer, byte for byte, whatever is wrong with it', async () => {
    const [tenant, stranger] = [await newTenant(service, REQUIRED), await newTenant(service, REQUIRED)];
    const { key, id } = await aKey(tenant);
    const foreign = (await aKey(stranger)).key;
    const refused = {
      missing: null,
      wrong: `${key.slice(0, -4)}ffff`,
      'of no form': 'anteroom_key_x',
      'somebody else’s token': 'panel-token-245bae',
      foreign,
      'foreign with this id': `anteroom_key_${stranger.key}_${id}_${key.slice(-48)}`,
      unknown: key.replace(id, 'ffffffffffff'),
      expired: await anExpiredKey(tenant),
      revoked: await aRevokedKey(tenant),
    };
    const [answers, sockets] = [new Set<string>(), new Set<string>()];
    for (const credential of Object.values(refused)) {
      const { status, headers, text } = await call(credential, { agent_db: tenant.key });
      answers.add(JSON.stringify([status, { ...headers, date: '', 'x-request-id': '' }, text]));
      const listener = Listener.of(`${service.url}/t/${tenant.key}`, credential === null ? {} : { auth: { token: credential } });
      await soon(() => expect(listener.faults).toHaveLength(1));
      const { message, data } = listener.faults[0] as { message: string; data: object };
      sockets.add(JSON.stringify([message, data]));
      listener.close();
    }
    expect([...answers]).toEqual([expect.stringContaining('CREDENTIAL_REFUSED')]);
    expect([...sockets]).toEqual([expect.stringContaining('CREDENTIAL_REFUSED')]);
  });

  it('is refused on an open tenant too where it is a key, and ignored where it is anything else', async () => {
    const [open, stranger] = [await newTenant(service), await newTenant(service)];
    const { key } = await aKey(open);
    const bad = [(await aKey(stranger)).key, await anExpiredKey(open), await aRevokedKey(open), `${key.slice(0, -4)}ffff`, 'anteroom_key_', 'anteroom_key_x'];
    for (const credential of bad) {
      expect(outcome(await call(credential, { agent_db: open.key }))).toEqual(REFUSED);
      await expect(Listener.open(`${service.url}/t/${open.key}`, { auth: { token: credential } })).rejects.toMatchObject({ data: { error: 'CREDENTIAL_REFUSED' } });
    }
    for (const credential of [key, 'panel-token-245bae', 'Bearer panel-token', 'eyJhbGciOiJub25lIn0.e30.']) await call(credential, { agent_db: open.key }).expect(200);
  });
});

describe('A key alone', () => {
  it('names its tenant for calls that say no name, before weak hints', async () => {
    const [tenant, weak] = [await newTenant(service, { ...REQUIRED, sub_domains: [] }), await newTenant(service, { sub_domains: ['weak.example'] })];
    const { key } = await aKey(tenant);
    const room = await aRoom(service, tenant);
    await aMessage(service, tenant, room._id, { message: 'of the key' });
    const history = (): request.Test => request(service.url).get(`/api/chat/${String(room._id)}`);
    expect(outcome(await history())).toEqual([400, 'TENANT_REQUIRED']);
    expect((await history().set('Authorization', key).expect(200)).body).toMatchObject([{ message: 'of the key' }]);
    const weakly = await history().set('Authorization', key).set('client', weak.key).set('Host', 'weak.example').expect(200);
    expect(weakly.body).toMatchObject([{ message: 'of the key' }]);
    expect((await call(key, { sub_domain: 'weak.example' }).expect(200)).body.roomData).toHaveLength(1);
  });

  it('decides beside names that are nobody’s, and loses to the name and the path of another tenant', async () => {
    const [tenant, stranger] = [await newTenant(service, REQUIRED), await newTenant(service, REQUIRED)];
    const { key } = await aKey(tenant);
    await aRoom(service, tenant, { agent_db: 'unregistered' });
    expect((await call(key, { agent_db: 'unregistered' }).expect(200)).body.roomData).toHaveLength(1);
    expect(outcome(await call(key, { agent_db: stranger.key }))).toEqual(REFUSED);
    expect(outcome(await call(key, { db_name: stranger.key }))).toEqual(REFUSED);
    expect(outcome(await new Calls(service, stranger, key).get('/api/chat/64b000000000000000000001'))).toEqual(REFUSED);
    expect(outcome(await call(key, { agent_db: tenant.key, db_name: stranger.key }))).toEqual([403, 'TENANT_MISMATCH']);
  });

  it.each(['token', 'headers'] as const)('names the tenant of a socket without a path (%s)', async (way) => {
    const tenant = await newTenant(service, REQUIRED);
    const { key } = await aKey(tenant, { role: 'reader' });
    const room = await aRoom(service, tenant);
    const listener = await Listener.open(service.url, way === 'token' ? { auth: { token: key } } : { headers: { authorization: `Bearer ${key}` } });
    await soon(async () => {
      await aMessage(service, tenant, room._id, { message: 'heard' });
      expect(listener.texts()).toContain('heard');
    });
    listener.close();
  });
});

describe('A key of a reader', () => {
  let tenant: Tenant;
  let room: string;
  let reader: Calls;
  let credential: string;

  beforeAll(async () => {
    tenant = await newTenant(service, REQUIRED);
    const { key } = await aKey(tenant);
    credential = (await aKey(tenant, { role: 'reader' })).key;
    room = String((await aRoom(service, tenant, { p2p_id: '15' }))._id);
    const writer = new Calls(service, tenant, key);
    await writer.send(room).expect(200);
    await writer.post('/api/agent/saveAgentLocation', { agent_id: 141, order_id: 10, lat: '1.2', lng: '3.4' }).expect(200);
    reader = new Calls(service, tenant, credential);
  });

  const stored = async (): Promise<string> => {
    const collections = await client.db(tenant.database).collections();
    const all = await Promise.all(collections.map(async (one) => [one.collectionName, await one.find().sort({ _id: 1 }).toArray()] as const));
    return JSON.stringify(all.sort(([one], [another]) => one.localeCompare(another)));
  };

  it('reads every list, room and history', async () => {
    for (const name of LIST_NAMES) await reader.post(listRoute(name), LISTS[name](tenant.key)).expect(200);
    const paths = ['/api/room?room_id=1', `/api/room/${room}`, `/api/chat/${room}`, `/api/chat/getRoomUser/${room}`, '/api/agent/getAgentLocation?agent_id=141&order_id=10'];
    for (const path of paths) await reader.get(path).expect(200);
    expect(await reader.history(room)).toHaveLength(1);
  });

  it.each<[string, () => request.Test]>([
    ['createRoom', () => reader.post('/api/room/createRoom', { room_name: 'new', type: 'agent_to_user', agent_id: 141, agent_db: tenant.key })],
    ['raiseanissue', () => reader.put(`/api/room/raiseanissue/${room}`, { isRaiseIssue: 1 })],
    ['sendMessageJoin', () => reader.send(room)],
    ['joinRoomByID', () => reader.post('/api/chat/joinRoomByID', { room_id: room, user_type: 'admin', user_id: 1 })],
    ['saveAgentLocation', () => reader.post('/api/agent/saveAgentLocation', { agent_id: 141, order_id: 10, lat: '5', lng: '6' })],
  ])('writes nothing by %s', async (_, write) => {
    const before = await stored();
    expect(outcome(await write())).toEqual([403, 'NOT_ALLOWED']);
    expect(await stored()).toBe(before);
  });

  it('writes nothing by a socket', async () => {
    const before = await stored();
    const listener = await Listener.open(`${service.url}/t/${tenant.key}`, { auth: { token: credential } });
    listener.socket.emit('save-user-location', { agent_id: 141, order_id: 10, lat: '5', lng: '6' });
    await soon(async () => expect((await request(service.url).get('/metrics')).text).toMatch(/dropped_total\{reason="refused"\} [1-9]/));
    expect(await stored()).toBe(before);
    listener.close();
  });
});

describe('A key as it is stored', () => {
  it('is its SHA-256 and nothing that it could be made of', async () => {
    const tenant = await newTenant(service, REQUIRED);
    const { id, key } = await aKey(tenant, { note: 'x' });
    const record = await client.db(service.config.mongo.controlDatabase).collection<{ _id: string; keys: ApiKey[] }>('tenants').findOne({ _id: tenant.key });
    expect(record?.keys).toEqual([{ id, role: 'service', hash: expect.stringMatching(/^[0-9a-f]{64}$/), expires: null, note: 'x', created_date: expect.any(Date) }]);
    expect(JSON.stringify(record)).not.toContain(key.slice(-48));
  });
});
