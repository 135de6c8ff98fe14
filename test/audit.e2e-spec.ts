import mongoose from 'mongoose';
import request, { type Response } from 'supertest';

import { AuditRepository, RefusedCalls } from '../src/audit/index.js';
import { CredentialRefusedError, NotAllowedError } from '../src/auth/index.js';
import { ValidationFailedError } from '../src/common/index.js';
import { newId } from '../src/mongo/index.js';
import { TenantRepository, TenantSuspendedError, type Tenant } from '../src/tenancy/index.js';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app.js';
import { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { Listener } from './support/listener.js';
import { dropAll, newTenant } from './support/tenants.js';

const AUDIT = '/admin/audit';
const ID = /^[0-9a-f]{24}$/;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const MINUTE = /T\d\d:\d\d:00\.000Z$/;
const HERE = { by: 'admin API', from: '127.0.0.1' };

interface Told {
  readonly _id: string;
  readonly at: string;
  readonly actor: { readonly by: string; readonly from: string | null };
  readonly action: string;
  readonly tenant: string | null;
  readonly key: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

let service: TestApp;
let client: mongoose.mongo.MongoClient;
let made = 0;

beforeAll(async () => {
  service = await startApp({ DIRECTORY_REFRESH_MS: '20' });
  client = new mongoose.mongo.MongoClient(process.env.MONGODB_URI ?? '');
});
afterAll(async () => {
  await dropAll(service);
  await Promise.all([service.close(), client.close()]);
});

const newKey = (): string => `shop-${++made}`;
const asAdmin = (test: request.Test): request.Test => test.set('Authorization', `Bearer ${ADMIN_TOKEN}`);
const put = (key: string, change: object = {}): request.Test => asAdmin(request(service.url).put(`/admin/tenants/${key}`)).send(change);
const remove = (key: string, query: object = {}): request.Test => asAdmin(request(service.url).delete(`/admin/tenants/${key}`)).query(query);
const audit = (query: object = {}): request.Test => asAdmin(request(service.url).get(AUDIT)).query(query);
const told = async (query: object = {}): Promise<Told[]> => (await audit(query).expect(200)).body;
const plainly = (all: readonly Told[]): unknown[] => all.map(({ action, key, details }) => [action, key, details]);
const records = (): mongoose.mongo.Collection => client.db(service.config.mongo.controlDatabase).collection('audit');

/** What was counted of the tenant's refused calls, by reason, once it is recorded. */
async function refusalsOf(tenant: string): Promise<Record<string, number>> {
  await service.app.get(RefusedCalls).write();
  const counts: Record<string, number> = {};
  for (const { action, details } of await told({ tenant })) {
    if (action === 'calls refused') counts[String(details.reason)] = (counts[String(details.reason)] ?? 0) + Number(details.count);
  }
  return counts;
}

function expectRefusal(answer: Response, status: number, code: string, naming: RegExp): void {
  expect([answer.status, answer.body]).toEqual([status, { status: false, statusCode: status, error: code, message: expect.stringMatching(naming) }]);
}

describe('GET /admin/audit refuses', () => {
  it('everybody without the admin token', async () => {
    for (const authorization of ['', 'Bearer wrong-token-0123456789', ADMIN_TOKEN]) {
      expectRefusal(await request(service.url).get(AUDIT).set('Authorization', authorization), 401, 'UNAUTHORIZED', /Bearer/);
    }
  });

  it.each<[string, unknown[]]>([
    ['limit', ['', '0', '501', '-1', '1.5', 'x', '1e2', ['1', '2'], { $gt: 1 }]],
    ['before', ['', 'x', '123', ['64b000000000000000000001', '64b000000000000000000002'], { $gt: '' }, newId().toHexString()]],
    ['tenant', [['a', 'b'], { $ne: 'a' }, 'x'.repeat(201)]],
    ['action', ['tenant made']],
  ])('a wrong %s', async (field, values) => {
    for (const value of values) expectRefusal(await audit({ [field]: value }), 400, 'VALIDATION_FAILED', new RegExp(field));
  });

  it.each(['post', 'put', 'patch', 'delete'] as const)('to %s records, of which none is changed', async (method) => {
    const key = newKey();
    await put(key).expect(200);
    const before = await told({ tenant: key });
    for (const path of ['', `/${before[0]!._id}`, `?tenant=${key}`]) expect((await asAdmin(request(service.url)[method](`${AUDIT}${path}`)).send({})).body.error).toBe('ROUTE_NOT_FOUND');
    expect(await told({ tenant: key })).toEqual(before);
  });
});

describe('What changes a tenant', () => {
  it('is recorded: who, when, what, and never a value', async () => {
    const key = newKey();
    const secret = 'a secret of the tests, longer than 32 bytes';
    const { body: tenant } = await put(key, { names: [`${key}_name`] }).expect(200);
    await put(key, { names: [`${key}_other`], auth: { http: 'open' }, settings: { jwt: { secret }, masking: { agent: { user: ['email'] } } } }).expect(200);
    await put(key, { status: 'suspended' }).expect(200);
    await put(key, { status: 'active', open_from: ['10.0.0.0/8'] }).expect(200);
    await remove(key).expect(200);
    const all = await told({ tenant: key });
    expect(plainly(all)).toEqual([
      ['tenant removed', null, { database: tenant.database }],
      ['tenant resumed', null, {}],
      ['tenant changed', null, { fields: ['open_from'] }],
      ['tenant suspended', null, {}],
      ['tenant changed', null, { fields: ['names', 'auth.http', 'settings.masking', 'settings.jwt'] }],
      ['tenant made', null, { database: tenant.database }],
    ]);
    for (const one of all) expect(one).toEqual({ _id: expect.stringMatching(ID), at: expect.stringMatching(DATE), actor: HERE, action: one.action, tenant: key, key: null, details: one.details });
    expect(JSON.stringify([all, await records().find().toArray(), service.log])).not.toContain(secret);
  });

  it('is recorded for a tenant that is made suspended, and for a database that is dropped', async () => {
    const key = newKey();
    await put(key, { status: 'suspended' }).expect(200);
    await remove(key, { drop_database: 'true' }).expect(200);
    expect((await told({ tenant: key })).map(({ action }) => action)).toEqual(['database dropped', 'tenant removed', 'tenant suspended', 'tenant made']);
  });

  it('is recorded of keys, with their id, role and note', async () => {
    const key = newKey();
    await put(key).expect(200);
    const { body } = await asAdmin(request(service.url).post(`/admin/tenants/${key}/keys`)).send({ role: 'reader', note: 'reports' }).expect(200);
    await asAdmin(request(service.url).delete(`/admin/tenants/${key}/keys/${String(body.id)}`)).expect(200);
    const [revoked, keyMade] = await told({ tenant: key, limit: 2 });
    expect(revoked).toMatchObject({ action: 'key revoked', actor: HERE, key: body.id, details: { role: 'reader', note: 'reports' } });
    expect(keyMade).toMatchObject({ action: 'key made', actor: HERE, key: body.id, details: { role: 'reader', expires: null, note: 'reports' } });
  });

  it('names the forwarded address where a proxy is trusted, and the proxy where it is not', async () => {
    const key = newKey();
    const behind = await startApp({ CONTROL_DATABASE: service.config.mongo.controlDatabase, TRUST_PROXY: 'loopback' });
    const forwarded = async (app: TestApp, address: string): Promise<unknown> => {
      const change = { settings: { default_image: `https://images.example.com/${++made}.png` } };
      await asAdmin(request(app.url).put(`/admin/tenants/${key}`)).set('X-Forwarded-For', address).send(change).expect(200);
      return (await told({ tenant: key, limit: 1 }))[0]?.actor.from;
    };
    expect(await forwarded(behind, '203.0.113.7')).toBe('203.0.113.7');
    expect(await forwarded(behind, 'no address')).toBe('127.0.0.1');
    expect(await forwarded(service, '203.0.113.7')).toBe('127.0.0.1');
    await behind.close();
  });

  it('is not recorded where nothing changes or the change is refused', async () => {
    const [key, owner] = [newKey(), newKey()];
    await put(owner, { names: [`${owner}_name`] }).expect(200);
    await put(key, { names: [`${key}_name`] }).expect(200);
    await put(key, { names: [`${key}_name`] }).expect(200);
    await put(key, {}).expect(200);
    await put(key, { names: [`${owner}_name`], status: 'suspended' }).expect(409);
    await put(key, { cluster: 'nowhere' }).expect(400);
    await remove('nobody').expect(404);
    await asAdmin(request(service.url).post('/admin/tenants/nobody/keys')).send({ role: 'reader' }).expect(404);
    expect(plainly(await told({ tenant: key }))).toEqual([['tenant made', null, { database: expect.any(String) }]]);
    expect(await told({ tenant: 'nobody' })).toEqual([]);
  });

  it('does not happen where it cannot be recorded', async () => {
    const tenant = await newTenant(service);
    const control = client.db(service.config.mongo.controlDatabase);
    // From now on MongoDB refuses every record.
    await control.command({ collMod: 'audit', validator: { never: { $exists: true } } });
    const repository = service.app.get(TenantRepository);
    try {
      expect((await put(tenant.key, { status: 'suspended' })).status).toBe(500);
      expect((await remove(tenant.key)).status).toBe(500);
      expect((await asAdmin(request(service.url).post(`/admin/tenants/${tenant.key}/keys`)).send({ role: 'reader' })).status).toBe(500);
      expect((await put(newKey())).status).toBe(500);
      expect(await repository.findOne(tenant.key)).toEqual(tenant);
      expect(await repository.findOne(`shop-${made}`)).toBeNull();
    } finally {
      await control.command({ collMod: 'audit', validator: {} });
    }
  });
});

describe('The record', () => {
  it('is read page by page, newest first, none twice and none left out', async () => {
    const key = newKey();
    await put(key).expect(200);
    for (let change = 0; change < 6; change++) await put(key, { settings: { default_image: `https://images.example.com/${change}.png` } }).expect(200);
    const all = await told({ tenant: key });
    expect(all).toHaveLength(7);
    expect(all.map(({ at }) => at)).toEqual(all.map(({ at }) => at).sort().reverse());
    const pages: Told[] = [];
    for (let page = await told({ tenant: key, limit: 3 }); page.length > 0; page = await told({ tenant: key, limit: 3, before: page.at(-1)!._id })) pages.push(...page);
    expect(pages).toEqual(all);
  });

  it('keeps apart what happened in one millisecond, and answers 100 where no limit is said', async () => {
    const key = newKey();
    const at = new Date();
    const entry = { actor: HERE, action: 'tenant changed', tenant: key, key: null, details: {}, at };
    await records().insertMany(Array.from({ length: 120 }, () => ({ ...entry, _id: newId() })));
    const first = await told({ tenant: key });
    expect(first).toHaveLength(100);
    const rest = await told({ tenant: key, before: first.at(-1)!._id });
    expect(new Set([...first, ...rest].map(({ _id }) => _id)).size).toBe(120);
    expect(await told({ tenant: key, limit: 500 })).toHaveLength(120);
  });
});

describe('Refused calls', () => {
  let tenant: Tenant;
  let stranger: Tenant;
  beforeEach(async () => {
    [tenant, stranger] = [await newTenant(service, { auth: { http: 'required', sockets: 'required' } }), await newTenant(service)];
  });

  const keyOf = async ({ key }: Tenant, fields: object = {}): Promise<{ id: string; key: string }> =>
    (await asAdmin(request(service.url).post(`/admin/tenants/${key}/keys`)).send({ role: 'service', ...fields }).expect(200)).body;
  const list = (credential?: string, of = tenant): request.Test => new Calls(service, of, credential).post('/api/room/fetchRoomByUserAgent', { agent_db: of.key, agent_id: 1, type: 'general' });

  it('are counted by their reason, in one record', async () => {
    const { key, id } = await keyOf(tenant);
    const reader = await keyOf(tenant, { role: 'reader' });
    for (let calls = 0; calls < 3; calls++) await list().expect(403);
    await list((await keyOf(stranger)).key).expect(403);
    await list(`${key.slice(0, -4)}ffff`).expect(403);
    await list('of another service').expect(403);
    await new Calls(service, tenant, reader.key).send(newId()).expect(403);
    await asAdmin(request(service.url).delete(`/admin/tenants/${tenant.key}/keys/${id}`)).expect(200);
    await list(key).expect(403);
    await put(tenant.key, { status: 'suspended' }).expect(200);
    await list(reader.key).expect(403);
    expect(await refusalsOf(tenant.key)).toEqual({
      'CREDENTIAL_REFUSED: missing': 3,
      'CREDENTIAL_REFUSED: foreign': 1,
      'CREDENTIAL_REFUSED: wrong': 2,
      'CREDENTIAL_REFUSED: unknown or revoked': 1,
      NOT_ALLOWED: 1,
      TENANT_SUSPENDED: 1,
    });
    const one = (await told({ tenant: tenant.key })).find(({ details }) => details.reason === 'CREDENTIAL_REFUSED: foreign');
    expect(one).toMatchObject({ actor: { by: 'service', from: null }, key: null, details: { minute: expect.stringMatching(MINUTE), count: 1 } });
    expect(JSON.stringify([await records().find().toArray(), service.log])).not.toMatch(/anteroom_key_|of another service/);
  });

  it('are counted at the handshakes of sockets, once a socket', async () => {
    const base = `${service.url}/t/${tenant.key}`;
    for (const release of ['2.5.0', '4.8.4'] as const) await expect(Listener.open(base, { release })).rejects.toBeDefined();
    const silent = await Listener.open(service.url, { headers: { authorization: `anteroom_key_${tenant.key}_0123456789ab_${'0'.repeat(48)}` } });
    await eventually(async () => expect(await refusalsOf(tenant.key)).toEqual({ 'CREDENTIAL_REFUSED: missing': 2, 'CREDENTIAL_REFUSED: unknown or revoked': 1 }), { within: 5_000 });
    // Each change has the socket looked at again.
    for (let change = 0; change < 3; change++) await newTenant(service);
    silent.socket.emit('save-message', {});
    expect(await refusalsOf(tenant.key)).toEqual({ 'CREDENTIAL_REFUSED: missing': 2, 'CREDENTIAL_REFUSED: unknown or revoked': 1 });
    silent.close();
  });

  it('are counted where a limit is reached, by calls and by sockets', async () => {
    const limited = await newTenant(service, { limits: { calls_per_second: 1, sockets: 1 } });
    const answers = await Promise.all(Array.from({ length: 10 }, () => list(undefined, limited)));
    const refused = answers.filter(({ status }) => status === 429).length;
    expect(refused).toBeGreaterThan(0);
    expect(await refusalsOf(limited.key)).toEqual({ TOO_MANY_REQUESTS: refused });
    const first = await Listener.open(`${service.url}/t/${limited.key}`);
    await expect(Listener.open(`${service.url}/t/${limited.key}`)).rejects.toMatchObject({ data: { error: 'TOO_MANY_REQUESTS' } });
    expect(await refusalsOf(limited.key)).toEqual({ TOO_MANY_REQUESTS: refused + 1 });
    first.close();
  });

  it('are counted without a tenant where none was found', async () => {
    const body = { agent_db: tenant.key, db_name: stranger.key, agent_id: 1, type: 'general' };
    expect((await request(service.url).post('/api/room/fetchRoomByUserAgent').send(body)).body.error).toBe('TENANT_MISMATCH');
    await service.app.get(RefusedCalls).write();
    expect(await told({ limit: 1 })).toMatchObject([{ action: 'calls refused', tenant: null, details: { reason: 'TENANT_MISMATCH', count: 1 } }]);
  });

  it('are no calls that failed for another cause', async () => {
    await request(service.url).get('/api/chat/x').expect(400);
    await list(undefined, { ...tenant, key: 'nobody' }).expect(404);
    await request(service.url).get('/admin/tenants').expect(401);
    await service.app.get(RefusedCalls).write();
    const before = await told({ limit: 1 });
    await request(service.url).get('/api/chat/x').expect(400);
    await service.app.get(RefusedCalls).write();
    expect(await told({ limit: 1 })).toEqual(before);
  });

  it('are recorded by themselves, and by an instance that stops', async () => {
    await list().expect(403);
    await eventually(async () => expect((await told({ tenant: tenant.key })).map(({ action }) => action)).toContain('calls refused'), { within: 30_000 });
    const other = await startApp({ CONTROL_DATABASE: service.config.mongo.controlDatabase });
    await request(other.url).get(`/t/${stranger.key}/api/chat/64b000000000000000000001`).set('Authorization', 'anteroom_key_x').expect(403);
    await other.close();
    expect((await told({ tenant: stranger.key }))[0]).toMatchObject({ action: 'calls refused', details: { reason: 'CREDENTIAL_REFUSED: wrong', count: 1 } });
  });
});

describe('The counter of refused calls', () => {
  let counter: RefusedCalls;
  let key: string;
  beforeEach(() => {
    counter = new RefusedCalls(service.app.get(AuditRepository));
    key = newKey();
  });

  it('makes one record of a thousand calls', async () => {
    for (let calls = 0; calls < 1_000; calls++) counter.count(key, new CredentialRefusedError('foreign'));
    counter.count(key, new ValidationFailedError('x'));
    await counter.write();
    const all = await told({ tenant: key });
    expect(all.length).toBeLessThanOrEqual(2);
    expect(all.reduce((sum, { details }) => sum + Number(details.count), 0)).toBe(1_000);
    await counter.write();
    expect(await told({ tenant: key })).toEqual(all);
  });

  it('holds a bounded number of counts, and counts what is over it together', async () => {
    const before = await records().countDocuments();
    for (let at = 0; at < 3_000; at++) counter.count(`${key}-${at}`, new NotAllowedError());
    await counter.write();
    const added = (await records().countDocuments()) - before;
    expect(added).toBeGreaterThanOrEqual(1_001);
    expect(added).toBeLessThanOrEqual(1_002);
    const sums = await records().aggregate([{ $match: { $or: [{ tenant: new RegExp(`^${key}-`) }, { 'details.reason': 'others' }] } }, { $group: { _id: null, sum: { $sum: '$details.count' } } }]).toArray();
    expect(sums).toMatchObject([{ sum: 3_000 }]);
  });

  it('forgets nothing while the database is away', async () => {
    const control = client.db(service.config.mongo.controlDatabase);
    for (let calls = 0; calls < 5; calls++) counter.count(key, new TenantSuspendedError());
    await control.command({ collMod: 'audit', validator: { never: { $exists: true } } });
    await expect(counter.write()).rejects.toBeDefined();
    counter.count(key, new TenantSuspendedError());
    await control.command({ collMod: 'audit', validator: {} });
    await counter.write();
    expect((await told({ tenant: key })).reduce((sum, { details }) => sum + Number(details.count), 0)).toBe(6);
  });
});
