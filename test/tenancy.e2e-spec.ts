import request from 'supertest';

import type { PutTenantDto } from '../src/admin/index.js';
import { TenantAdminService } from '../src/admin/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { dropAll } from './support/tenants.js';

/** What a call says beside whose rooms it wants. */
interface Call {
  readonly prefix?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const LIST = '/api/room/fetchRoomByUserAgent';
const OPEN = { http: 'open', sockets: 'open' } as const;
const THIS_MACHINE = ['127.0.0.0/8', '::1/128'];
const FORWARDING = [
  ['X-Forwarded-For', '127.0.0.1'],
  ['Forwarded', 'for=127.0.0.1'],
  ['X-Real-IP', '127.0.0.1'],
  ['Via', '1.1 proxy.example'],
  ['X-Forwarded-Port', '443'],
  ['X-Original-Forwarded-For', '127.0.0.1'],
  ['X-Cluster-Client-IP', '127.0.0.1'],
  ['Client-IP', '127.0.0.1'],
] as const;

/** Each tenant has one room, called after the tenant. */
const TENANTS: Readonly<Record<string, PutTenantDto>> = {
  'acme-shop': { names: ['acme'], sub_domains: ['chat.acme.example'], auth: OPEN },
  'bolt-shop': { names: ['bolt'], sub_domains: ['chat.bolt.example', 'orders.bolt.example'], auth: OPEN },
  'duo-shop': { names: ['duo_agents', 'duo_orders'], auth: OPEN },
  'default-shop': { names: ['cora'], auth: OPEN },
  'asleep-shop': { names: ['asleep'], sub_domains: ['chat.asleep.example'], auth: OPEN, status: 'suspended' },
  'shut-shop': { names: ['shut'] },
  'half-shop': { names: ['half'], auth: { http: 'required', sockets: 'open' } },
  'local-shop': { names: ['local_shop'], open_from: THIS_MACHINE },
  'office-shop': { names: ['office'], open_from: ['203.0.113.0/24'] },
};

let service: TestApp;
let withDefault: TestApp;
let withAbsentDefault: TestApp;
let behindProxy: TestApp;

async function make(key: string, change: PutTenantDto): Promise<void> {
  const tenant = await service.app.get(TenantAdminService).put(key, change);
  await aRoom(service, tenant, { room_id: key });
}

beforeAll(async () => {
  service = await startApp();
  await Promise.all(Object.entries(TENANTS).map(([key, change]) => make(key, change)));
  const shared = { CONTROL_DATABASE: service.config.mongo.controlDatabase };
  withDefault = await startApp({ ...shared, DEFAULT_TENANT: 'default-shop' });
  withAbsentDefault = await startApp({ ...shared, DEFAULT_TENANT: 'nobody-shop' });
  behindProxy = await startApp({ ...shared, TRUST_PROXY: 'loopback' });
}, 60_000);

afterAll(async () => {
  await Promise.all([withDefault, withAbsentDefault, behindProxy].map((one) => one.close()));
  await dropAll(service);
  await service.close();
});

function roomsOf({ roomData }: { roomData: readonly { room_id: string }[] }): string[] {
  return roomData.map((room) => room.room_id);
}

/** The status, then the rooms' order numbers or the error's code. */
async function ask({ prefix = '', body = {}, query = {}, headers = {} }: Call, { url } = service): Promise<unknown[]> {
  const call = request(url).post(`${prefix}${LIST}`).query(query).set(headers);
  const answer = await call.send({ agent_id: 141, type: 'agent_to_user', ...body });
  if (answer.status === 200) return [200, ...roomsOf(answer.body)];
  expect(answer.body).toEqual({ status: false, statusCode: answer.status, error: answer.body.error, message: answer.body.message, roomData: [] });
  return [answer.status, answer.body.error];
}

const SOURCES: readonly (readonly [source: string, of: (shop: string) => Call])[] = [
  ['the path prefix', (shop) => ({ prefix: `/t/${shop}-shop` })],
  ['agent_db in the body', (shop) => ({ body: { agent_db: shop } })],
  ['db_name in the body', (shop) => ({ body: { db_name: shop } })],
  ['agent_db in the query', (shop) => ({ query: { agent_db: shop } })],
  ['db_name in the query', (shop) => ({ query: { db_name: shop } })],
];
const PAIRS = SOURCES.flatMap(([one, first], place) => SOURCES.slice(place + 1).map(([other, second]) => [one, other, first, second] as const));

function both(one: Call, other: Call): Call {
  return { ...one, ...other, body: { ...one.body, ...other.body }, query: { ...one.query, ...other.query } };
}

describe('A strong hint', () => {
  it.each(SOURCES)('decides alone: %s', async (_source, of) => {
    expect(await ask(of('acme'))).toEqual([200, 'acme-shop']);
    expect(await ask(of('bolt'))).toEqual([200, 'bolt-shop']);
  });

  it.each(PAIRS)('and another of the same tenant agree: %s and %s', async (_one, _other, first, second) => {
    expect(await ask(both(first('acme'), second('acme')))).toEqual([200, 'acme-shop']);
  });

  it.each(PAIRS)('and another of a different tenant are refused: %s and %s', async (_one, _other, first, second) => {
    expect(await ask(both(first('acme'), second('bolt')))).toEqual([403, 'TENANT_MISMATCH']);
    expect(await ask(both(first('bolt'), second('acme')))).toEqual([403, 'TENANT_MISMATCH']);
  });

  it.each(SOURCES)('that nobody has registered is answered 404: %s', async (_source, of) => {
    expect(await ask(of('nobody'))).toEqual([404, 'TENANT_UNKNOWN']);
    expect(await ask(of('nobody'), withDefault)).toEqual([404, 'TENANT_UNKNOWN']);
  });

  it.each(PAIRS)('that nobody has registered stays unknown beside another such: %s and %s', async (_one, _other, first, second) => {
    expect(await ask(both(first('nobody'), second('noone')), withDefault)).toEqual([404, 'TENANT_UNKNOWN']);
  });

  it.each<[string, Call, unknown[]]>([
    // No room is kept under the name, so none is found.
    ['agent_db beside the path', { prefix: '/t/acme-shop', body: { agent_db: 'nobody' } }, [200]],
    ['db_name beside the path', { prefix: '/t/acme-shop', body: { db_name: 'nobody' } }, [200, 'acme-shop']],
    ['agent_db in the query beside the path', { prefix: '/t/acme-shop', query: { agent_db: 'nobody' } }, [200, 'acme-shop']],
    ['db_name in the query beside the path', { prefix: '/t/acme-shop', query: { db_name: 'nobody' } }, [200, 'acme-shop']],
    ['agent_db beside db_name', { body: { agent_db: 'nobody', db_name: 'acme' } }, [200]],
    ['db_name beside agent_db', { body: { agent_db: 'acme', db_name: 'nobody' } }, [200, 'acme-shop']],
  ])('that nobody has registered is plain data beside a registered one: %s', async (_source, call, expected) => {
    expect(await ask(call)).toEqual(expected);
  });

  it('finds the rooms of an unregistered agent_db beside a registered path', async () => {
    const tenant = await service.app.get(TenantAdminService).get('bolt-shop');
    await aRoom(service, tenant, { room_id: 'kept under an old name', agent_db: 'old_bolt' });
    expect(await ask({ prefix: '/t/bolt-shop', body: { agent_db: 'old_bolt' } })).toEqual([200, 'kept under an old name']);
    expect(await ask({ body: { agent_db: 'old_bolt' } })).toEqual([404, 'TENANT_UNKNOWN']);
  });

  it('may be two names of one tenant', async () => {
    expect(await ask({ body: { agent_db: 'duo_agents', db_name: 'duo_orders' } })).toEqual([200, 'duo-shop']);
  });

  it('beats every weak one', async () => {
    const weak = { client: 'bolt', Host: 'chat.bolt.example' };
    expect(await ask({ body: { agent_db: 'acme', sub_domain: 'chat.bolt.example' }, headers: weak })).toEqual([200, 'acme-shop']);
    expect(await ask({ prefix: '/t/acme-shop', headers: weak })).toEqual([200, 'acme-shop']);
  });

  it('that is unknown is not made good by a weak one', async () => {
    const weak = { client: 'bolt', Host: 'chat.bolt.example' };
    expect(await ask({ body: { agent_db: 'nobody', sub_domain: 'chat.bolt.example' }, headers: weak })).toEqual([404, 'TENANT_UNKNOWN']);
  });

  it.each(['agent_db', 'db_name'])('is a name, never a key: %s', async (field) => {
    expect(await ask({ body: { [field]: 'acme-shop' } })).toEqual([404, 'TENANT_UNKNOWN']);
    expect(await ask({ query: { [field]: 'acme-shop' } })).toEqual([404, 'TENANT_UNKNOWN']);
  });

  it('in the path is a key, never a name', async () => {
    expect(await ask({ prefix: '/t/acme' })).toEqual([404, 'TENANT_UNKNOWN']);
  });

  it('is exact: another case or a space is another name', async () => {
    expect(await ask({ body: { agent_db: 'ACME' } })).toEqual([404, 'TENANT_UNKNOWN']);
    expect(await ask({ body: { agent_db: 'acme ' } })).toEqual([404, 'TENANT_UNKNOWN']);
    expect(await ask({ prefix: '/t/ACME-shop' })).toEqual([404, 'TENANT_UNKNOWN']);
  });

  it.each(['/t/acme-shop/', '//t/acme-shop', '/t//acme-shop//', '/t/acme%2Dshop'])('is read in a base URL written %s', async (prefix) => {
    expect(await ask({ prefix })).toEqual([200, 'acme-shop']);
  });

  it('is read in a urlencoded body too', async () => {
    const answer = await request(service.url).post(LIST).type('form').send('agent_id=141&type=agent-to-user&agent_db=acme');
    expect(roomsOf(answer.body)).toEqual(['acme-shop']);
  });
});

describe('A weak hint', () => {
  it.each<[string, Call]>([
    ['the client header', { headers: { client: 'bolt' } }],
    ['sub_domain in the body', { body: { sub_domain: 'orders.bolt.example' } }],
    ['sub_domain in the query', { query: { sub_domain: 'orders.bolt.example' } }],
    ['sub_domain in upper case and with a port', { body: { sub_domain: 'Orders.BOLT.example:443' } }],
    ['Host', { headers: { Host: 'chat.bolt.example' } }],
    ['Host with a port', { headers: { Host: 'chat.bolt.example:3000' } }],
    ['Host in upper case', { headers: { Host: 'CHAT.Bolt.EXAMPLE:3000' } }],
    ['Host with a closing dot', { headers: { Host: 'chat.bolt.example.' } }],
  ])('decides where there is no strong one: %s', async (_source, call) => {
    expect(await ask(call)).toEqual([200, 'bolt-shop']);
    expect(await ask(call, withDefault)).toEqual([200, 'bolt-shop']);
  });

  it('counts in the order client header, sub_domain, Host', async () => {
    const [subDomain, host] = [{ sub_domain: 'chat.bolt.example' }, { Host: 'chat.acme.example' }];
    expect(await ask({ headers: { client: 'cora', ...host }, body: subDomain })).toEqual([200, 'default-shop']);
    expect(await ask({ headers: host, body: subDomain })).toEqual([200, 'bolt-shop']);
    expect(await ask({ headers: host })).toEqual([200, 'acme-shop']);
  });

  it('that nobody has registered leaves it to the next one', async () => {
    const unknown = { client: 'nobody', Host: 'chat.acme.example' };
    expect(await ask({ headers: unknown, body: { sub_domain: 'chat.bolt.example' } })).toEqual([200, 'bolt-shop']);
    expect(await ask({ headers: unknown, body: { sub_domain: 'chat.nobody.example' } })).toEqual([200, 'acme-shop']);
  });

  it('that nobody has registered leaves it to DEFAULT_TENANT, or to nobody', async () => {
    const call = { headers: { client: 'nobody', Host: 'chat.nobody.example' }, body: { sub_domain: 'nobody.example' } };
    expect(await ask(call, withDefault)).toEqual([200, 'default-shop']);
    expect(await ask(call)).toEqual([400, 'TENANT_REQUIRED']);
  });

  it('is no key', async () => {
    expect(await ask({ headers: { client: 'acme-shop' } })).toEqual([400, 'TENANT_REQUIRED']);
    expect(await ask({ body: { sub_domain: 'acme-shop' } })).toEqual([400, 'TENANT_REQUIRED']);
  });

  it('is of its own kind: no name in sub_domain, no host in the client header', async () => {
    expect(await ask({ body: { sub_domain: 'acme' } })).toEqual([400, 'TENANT_REQUIRED']);
    expect(await ask({ headers: { client: 'chat.acme.example' } })).toEqual([400, 'TENANT_REQUIRED']);
  });

  it('is not the sub_domain 192.168.101.88, which old apps send whatever their deployment', async () => {
    const body = { sub_domain: '192.168.101.88' };
    expect(await ask({ body })).toEqual([400, 'TENANT_REQUIRED']);
    expect(await ask({ body }, withDefault)).toEqual([200, 'default-shop']);
    expect(await ask({ body, headers: { Host: 'chat.acme.example' } })).toEqual([200, 'acme-shop']);
    expect(await ask({ body: { ...body, agent_db: 'acme' } })).toEqual([200, 'acme-shop']);
  });

  it('is X-Forwarded-Host only where the proxy is trusted', async () => {
    const headers = { 'X-Forwarded-Host': 'chat.acme.example', Host: 'chat.bolt.example' };
    expect(await ask({ headers })).toEqual([200, 'bolt-shop']);
    expect(await ask({ headers }, behindProxy)).toEqual([200, 'acme-shop']);
    expect(await ask({ headers: { 'X-Forwarded-Host': 'chat.acme.example' } })).toEqual([400, 'TENANT_REQUIRED']);
  });

  it('is not client_id', async () => {
    expect(await ask({ body: { client_id: 'acme' } })).toEqual([400, 'TENANT_REQUIRED']);
  });
});

describe('A call without any hint', () => {
  it('is answered by DEFAULT_TENANT', async () => {
    expect(await ask({}, withDefault)).toEqual([200, 'default-shop']);
  });

  it('is refused without DEFAULT_TENANT, and where that tenant does not exist', async () => {
    expect(await ask({})).toEqual([400, 'TENANT_REQUIRED']);
    expect(await ask({}, withAbsentDefault)).toEqual([400, 'TENANT_REQUIRED']);
  });

  it.each(['/t/<key>', 'agent_db', 'db_name', 'client', 'sub_domain', 'host'])('is told that %s can carry one', async (carrier) => {
    const { body } = await request(service.url).post(LIST).send({ agent_id: 141, type: 'agent_to_user' });
    expect(body.message).toContain(carrier);
  });

  it('is one whose hints are all empty', async () => {
    const empty: Call = {
      body: { agent_db: '', db_name: null, sub_domain: '' },
      query: { agent_db: '', db_name: '', sub_domain: '' },
      headers: { client: '' },
    };
    expect(await ask(empty)).toEqual([400, 'TENANT_REQUIRED']);
    expect(await ask(empty, withDefault)).toEqual([200, 'default-shop']);
  });

  it('is one whose empty strong hints leave it to the weak ones', async () => {
    expect(await ask({ body: { agent_db: '', db_name: '' }, headers: { client: 'acme' } })).toEqual([200, 'acme-shop']);
  });
});

describe('A suspended tenant', () => {
  it.each<[string, Call]>([
    ['path prefix', { prefix: '/t/asleep-shop' }],
    ['name', { body: { agent_db: 'asleep' } }],
    ['client header', { headers: { client: 'asleep' } }],
    ['host', { headers: { Host: 'chat.asleep.example' } }],
  ])('is refused when found by its %s', async (_source, call) => {
    expect(await ask(call)).toEqual([403, 'TENANT_SUSPENDED']);
  });
});

describe('A tenant that requires a credential', () => {
  it.each<[string, Record<string, string>]>([
    ['none', {}],
    ['an opaque token', { Authorization: 'eyJhbGciOiJIUzI1NiJ9.e30.x' }],
    ['a bearer token', { Authorization: 'Bearer some-token' }],
    ['a password', { Authorization: 'Basic YWRtaW46YWRtaW4=' }],
  ])('refuses %s, with 403 and never 401', async (_credential, headers) => {
    expect(await ask({ body: { agent_db: 'shut' }, headers })).toEqual([403, 'CREDENTIAL_REFUSED']);
  });

  it('refuses over HTTP also where only its sockets are open', async () => {
    expect(await ask({ body: { agent_db: 'half' } })).toEqual([403, 'CREDENTIAL_REFUSED']);
  });

  it('admits callers of open_from, whatever their Authorization', async () => {
    expect(await ask({ body: { agent_db: 'local_shop' } })).toEqual([200, 'local-shop']);
    expect(await ask({ body: { agent_db: 'local_shop' }, headers: { Authorization: 'old-token' } })).toEqual([200, 'local-shop']);
  });

  it('refuses callers from outside open_from', async () => {
    expect(await ask({ body: { agent_db: 'office' } })).toEqual([403, 'CREDENTIAL_REFUSED']);
  });

  it.each(FORWARDING)('does not take a proxy on an address of open_from for its caller: %s', async (header, value) => {
    expect(await ask({ body: { agent_db: 'local_shop' }, headers: { [header]: value } })).toEqual([403, 'CREDENTIAL_REFUSED']);
    expect(await ask({ body: { agent_db: 'local_shop' }, headers: { [header]: '' } })).toEqual([403, 'CREDENTIAL_REFUSED']);
  });

  it.each(['203.0.113.9', '203.0.113.9, 127.0.0.1', '::ffff:203.0.113.9'])('does not believe an untrusted X-Forwarded-For: %s', async (from) => {
    expect(await ask({ body: { agent_db: 'office' }, headers: { 'X-Forwarded-For': from } })).toEqual([403, 'CREDENTIAL_REFUSED']);
  });

  it.each<[string, string, unknown[]]>([
    ['203.0.113.9', 'office', [200, 'office-shop']],
    ['198.51.100.1, 203.0.113.9', 'office', [200, 'office-shop']],
    ['::ffff:203.0.113.9', 'office', [200, 'office-shop']],
    ['198.51.100.1', 'office', [403, 'CREDENTIAL_REFUSED']],
    ['203.0.113.9, 198.51.100.1', 'office', [403, 'CREDENTIAL_REFUSED']],
    ['198.51.100.1', 'local_shop', [403, 'CREDENTIAL_REFUSED']],
    ['127.0.0.1, 198.51.100.1', 'local_shop', [403, 'CREDENTIAL_REFUSED']],
    ['unknown', 'local_shop', [403, 'CREDENTIAL_REFUSED']],
    ['', 'local_shop', [403, 'CREDENTIAL_REFUSED']],
    [',', 'local_shop', [403, 'CREDENTIAL_REFUSED']],
    ['127.0.0.1', 'local_shop', [200, 'local-shop']],
  ])('believes the nearest address of X-Forwarded-For that TRUST_PROXY does not name: %s for %s', async (from, name, expected) => {
    expect(await ask({ body: { agent_db: name }, headers: { 'X-Forwarded-For': from } }, behindProxy)).toEqual(expected);
  });

  it.each(FORWARDING)('admits by X-Forwarded-For of a trusted proxy that also sends %s', async (header, value) => {
    const headers = { [header]: value, 'X-Forwarded-For': '203.0.113.9' };
    expect(await ask({ body: { agent_db: 'office' }, headers }, behindProxy)).toEqual([200, 'office-shop']);
    expect(await ask({ body: { agent_db: 'local_shop' }, headers }, behindProxy)).toEqual([403, 'CREDENTIAL_REFUSED']);
  });

  it('admits a direct caller also where a proxy is trusted', async () => {
    expect(await ask({ body: { agent_db: 'local_shop' } }, behindProxy)).toEqual([200, 'local-shop']);
  });
});

describe('An open tenant', () => {
  it.each(['', 'old-panel-token', 'Bearer old-panel-token', 'Basic YWRtaW46YWRtaW4=', '{{Authorization}}'])('admits a call with the Authorization %p', async (authorization) => {
    expect(await ask({ body: { agent_db: 'acme' }, headers: { Authorization: authorization } })).toEqual([200, 'acme-shop']);
  });

  it.each(FORWARDING)('admits a call through a proxy, trusted or not: %s', async (header, value) => {
    expect(await ask({ body: { agent_db: 'acme' }, headers: { [header]: value } })).toEqual([200, 'acme-shop']);
    expect(await ask({ body: { agent_db: 'acme' }, headers: { [header]: value } }, behindProxy)).toEqual([200, 'acme-shop']);
  });
});
