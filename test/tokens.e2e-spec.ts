import { createHmac } from 'node:crypto';

import { exportJWK, exportSPKI, SignJWT } from 'jose';
import request, { type Response } from 'supertest';

import { TenantAdminService } from '../src/admin/index.js';
import type { Caller } from '../src/auth/index.js';
import { JwtCheck } from '../src/auth/jwt-check.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { eventually } from './support/eventually.js';
import { dropAll, newTenant } from './support/tenants.js';
import { answering, TokenServer } from './support/token-server.js';
import { anIssuer, claimsOf, forged, seconds, signedWith, type Issuer } from './support/tokens.js';

const SECRET = 'of-acme-only-0123456789-0123456789';
const OTHER_SECRET = 'of-bolt-only-0123456789-0123456789';
const SHARED_SECRET = 'of-both-0123456789-0123456789-0123456789';
const REQUIRED = { http: 'required', sockets: 'required' } as const;
const REFUSED = { status: false, statusCode: 403, error: 'CREDENTIAL_REFUSED', message: expect.stringMatching(/credential/), roomData: [] };
const WITHIN = { within: 10_000 };

let service: TestApp;
let issuer: TokenServer;
let keys: Issuer;
let acme: Tenant;
let published: Tenant;

const required = (settings: object, names?: string[]): Promise<Tenant> => newTenant(service, { auth: REQUIRED, settings, ...(names === undefined ? {} : { names }) });

beforeAll(async () => {
  service = await startApp();
  issuer = await TokenServer.start();
  keys = await anIssuer('first');
  issuer.answer = answering({ keys: [keys.jwk] });
  acme = await required({ jwt: { secret: SECRET, issuer: 'https://login.acme.example', audience: 'chat', vendor_ids_claim: 'shops' } });
  published = await required({ jwt: { jwks_url: `${issuer.url}/keys` } });
  await Promise.all([acme, published].map((tenant) => aRoom(service, tenant)));
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
  await issuer.close();
});

/** A list of the tenant's rooms, asked for with this `Authorization`. */
async function list(tenant: Tenant, authorization: string, [call, fields]: readonly [string, object] = ['fetchRoomByUserAgent', { agent_id: 141 }]): Promise<Response> {
  const answer = request(service.url).post(`/t/${tenant.key}/api/room/${call}`).set('Authorization', authorization);
  return answer.send({ type: 'agent_to_user', ...fields });
}

async function expectRefused(tenant: Tenant, tokens: readonly string[]): Promise<void> {
  for (const token of tokens) {
    const { status, body } = await list(tenant, token);
    expect([status, body, token]).toEqual([403, REFUSED, token]);
  }
}

/** Whose the tokens are, or why they are refused, one after the other, so many milliseconds from now; without a call, whose deadlines have clocks too. */
async function rolesIn(ms: number, tenant: Tenant, tokens: readonly string[]): Promise<string[]> {
  const { now } = Date;
  const roles: string[] = [];
  Date.now = () => now() + ms;
  try {
    for (const token of tokens) roles.push(roleOf(await service.app.get(JwtCheck).callerOf(tenant, tenant.settings.jwt!, token)));
  } finally {
    Date.now = now;
  }
  return roles;
}

function roleOf(found: Caller | string): string {
  return typeof found === 'string' ? found : found.role;
}

const ours = { iss: 'https://login.acme.example', aud: 'chat' };

describe('A token of an app', () => {
  it.each<[string, object, string, object]>([
    ['an agent', { sub: '141' }, 'fetchRoomByUserAgent', { agent_id: '141' }],
    ['an agent whose id is a number', { sub: 141 }, 'fetchRoomByUserAgent', { agent_id: 141 }],
    ['a user', { sub: '1', role: 'user' }, 'fetchRoomByUserId', { order_user_id: 1 }],
    ['a vendor', { sub: '9', role: 'vendor', shops: ['6', 7, '', null] }, 'fetchRoomByVendor', { vendor_id: ['7'] }],
    ['a vendor of one shop', { sub: '9', role: 'vendor', shops: 7 }, 'fetchRoomByVendor', { vendor_id: ['7'] }],
    ['an admin', { sub: 'x', role: 'admin' }, 'fetchAllRoom', {}],
  ])('lets in %s with and without Bearer', async (_who, claims, call, fields) => {
    const token = await signedWith(SECRET, { ...ours, ...claims });
    for (const authorization of [token, `Bearer ${token}`, `bearer ${token}`]) {
      const { status, body } = await list(acme, authorization, [call, fields]);
      expect([status, body.roomData]).toEqual([200, [expect.objectContaining({ agent_id: '141' })]]);
    }
  });

  it('gives its own role only: an agent asks for nobody else’s rooms', async () => {
    const token = await signedWith(SECRET, { ...ours, sub: '142' });
    expect((await list(acme, token)).body).toMatchObject({ statusCode: 403, error: 'NOT_ALLOWED' });
    expect((await list(acme, token, ['fetchAllRoom', {}])).body).toMatchObject({ statusCode: 403, error: 'NOT_ALLOWED' });
  });

  it('may be of an audience of several, and of clocks that are a minute apart', async () => {
    for (const claims of [{ aud: ['panel', 'chat'] }, { iat: seconds(40), nbf: seconds(40) }, { exp: seconds(-40) }]) {
      expect((await list(acme, await signedWith(SECRET, { ...ours, ...claims }))).status).toBe(200);
    }
  });

  it.each(['RS256', 'ES256'])('of published keys is checked with the one that it names: %s', async (algorithm) => {
    const [server, one, two] = [await TokenServer.start(), await anIssuer('one', algorithm), await anIssuer('two', algorithm)];
    server.answer = answering({ keys: [one.jwk, two.jwk] });
    const tenant = await required({ jwt: { jwks_url: server.url } });
    for (const { sign } of [one, two]) expect((await list(tenant, await sign())).status).toBe(200);
    expect(server.asked).toEqual([undefined]);
    await server.close();
  });

  it('has its claims where the deployment says', async () => {
    const claims = { sub: 'somebody', role: 'x', 'https://acme.example/role': 'agent', user: { id: 141 }, tenant: { db: 'acme_orders' } };
    const jwt = { secret: SECRET, subject_claim: 'user.id', role_claim: 'https://acme.example/role', tenant_claim: 'tenant.db' };
    const tenant = await required({ jwt }, ['acme_orders']);
    expect((await list(tenant, await signedWith(SECRET, claims))).status).toBe(200);
    await expectRefused(tenant, [await signedWith(SECRET, { ...claims, tenant: { db: 'bolt_orders' } })]);
  });
});

describe('A token is refused, always with the same words,', () => {
  it('unsigned', async () => {
    for (const alg of ['none', 'None', 'NONE', '']) await expectRefused(acme, [forged({ alg }, ours), forged({ alg, typ: 'JWT' }, ours, 'x')]);
    await expectRefused(acme, [forged({}, ours), forged({ alg: 'HS256' }, ours)]);
    await expectRefused(published, [forged({ alg: 'none', kid: 'first' })]);
  });

  it('signed with the public key as if it were a secret', async () => {
    const header = { alg: 'HS256', kid: 'first' };
    for (const secret of [await exportSPKI(keys.publicKey), (await exportSPKI(keys.publicKey)).trim(), JSON.stringify(keys.jwk), keys.jwk.n ?? '']) {
      const unsigned = forged(header).slice(0, -1);
      await expectRefused(published, [`${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`]);
    }
  });

  it('signed with a key of its own that it brings along', async () => {
    const [foreign, server] = [await anIssuer('first'), await TokenServer.start()];
    server.answer = answering({ keys: [foreign.jwk] });
    const own = { jwk: await exportJWK(foreign.publicKey) };
    const headers = [{}, own, { ...own, kid: undefined }, { jku: server.url }, { x5u: server.url }, { jku: server.url, kid: 'unknown' }, { x5c: ['MIIB'] }];
    for (const tenant of [published, acme]) await expectRefused(tenant, await Promise.all(headers.map((header) => foreign.sign(ours, header))));
    expect(server.asked).toEqual([]);
    await server.close();
  });

  it('of another issuer or audience, or of none', async () => {
    const wrong = [{ iss: 'https://login.acme.example/' }, { iss: undefined }, { iss: [ours.iss] }, { aud: 'panel' }, { aud: ['panel'] }, { aud: [] }, { aud: undefined }];
    await expectRefused(acme, await Promise.all(wrong.map((claims) => signedWith(SECRET, { ...ours, ...claims }))));
  });

  it('over, without an end, or not begun yet', async () => {
    const wrong = [{ exp: seconds(-70) }, { exp: undefined }, { exp: 0 }, { exp: '9999999999' }, { exp: null }, { nbf: seconds(80) }, { nbf: 'now' }, { iat: seconds(80) }, { iat: 'now' }];
    await expectRefused(acme, await Promise.all(wrong.map((claims) => signedWith(SECRET, { ...ours, ...claims }))));
  });

  it('of nobody, or of a role that people do not have', async () => {
    const subjects = [undefined, '', null, {}, ['141'], true, 1.5, 2 ** 53, 'undefined', 'null', 'x'.repeat(201)].map((sub) => ({ sub }));
    const roles = [undefined, '', 'service', 'reader', 'anonymous', '__proto__', 'constructor', 'toString', 'Agent', 'agent ', ['agent'], { agent: true }, 0, null].map((role) => ({ role }));
    const shops = [{ shops: Array.from({ length: 1_001 }, (_, at) => at) }];
    await expectRefused(acme, await Promise.all([...subjects, ...roles, ...shops].map((claims) => signedWith(SECRET, { ...ours, ...claims }))));
  });

  it('changed after it was signed, or of another secret, or of another algorithm', async () => {
    const [head = '', claims = '', signature = ''] = (await signedWith(SECRET, ours)).split('.');
    const [, others = ''] = (await signedWith(SECRET, { ...ours, role: 'admin' })).split('.');
    const changed = [`${head}.${others}.${signature}`, `${head}.${claims}.`, `${head}..${signature}`, `${head}.${claims}.${signature.slice(0, -2)}`, `${head}.${claims}.${signature}.${signature}`];
    await expectRefused(acme, [...changed, await signedWith(OTHER_SECRET, ours), await signedWith(SECRET, ours, 'HS384'), await signedWith(SECRET, ours, 'HS512')]);
    await expectRefused(published, [await (await anIssuer('first', 'PS256')).sign(), await (await anIssuer('first', 'ES384')).sign()]);
  });

  it('of another deployment, also where both have one secret and say which they are', async () => {
    const bolt = await required({ jwt: { secret: OTHER_SECRET, issuer: ours.iss, audience: ours.aud } });
    await expectRefused(acme, [await signedWith(OTHER_SECRET, ours)]);
    await expectRefused(bolt, [await signedWith(SECRET, ours)]);
    const jwt = { secret: SHARED_SECRET, tenant_claim: 'tenant' };
    const [one, two] = [await required({ jwt }), await required({ jwt })];
    expect((await list(one, await signedWith(SHARED_SECRET, { tenant: one.key }))).status).toBe(200);
    const wrong = [two.key, `${one.key},${two.key}`, [one.key], { [one.key]: true }, '', null, undefined, 0, '__proto__'];
    await expectRefused(one, await Promise.all(wrong.map((tenant) => signedWith(SHARED_SECRET, { tenant }))));
  });

  it('of a deployment whose apps have none, or no longer', async () => {
    const none = await newTenant(service, { auth: REQUIRED });
    const { key } = await required({ jwt: { secret: SECRET } });
    const token = await signedWith(SECRET);
    await expectRefused(none, [token]);
    expect((await list({ ...none, key }, token)).status).toBe(200);
    await service.app.get(TenantAdminService).put(key, { settings: { jwt: { secret: OTHER_SECRET } } });
    await expectRefused({ ...none, key }, [token]);
  });

  it('in any other form', async () => {
    const token = await signedWith(SECRET, ours);
    const [head = '', claims = '', signature = ''] = token.split('.');
    await expectRefused(acme, [token.replace(/\./g, ' '), `${head}=.${claims}.${signature}`, `${token},${token}`, `JWT ${token}`, 'a.b.c', '..', 'undefined', `${token}é`]);
    const critical = new SignJWT(claimsOf(ours)).setProtectedHeader({ alg: 'HS256', crit: ['exp'], exp: 1 });
    await expectRefused(acme, [await critical.sign(new TextEncoder().encode(SECRET), { crit: { exp: true } })]);
  });

  it('too long, before anything is made of it', async () => {
    const long = (length: number): Promise<string> => signedWith(SECRET, { ...ours, fill: 'x'.repeat(length) });
    await expectRefused(acme, [`${await long(6_000)}x`, `eyJ${'x'.repeat(12_000)}`]);
    expect((await list(acme, await long(100_000))).status).toBe(431);
  });

  it('and what it is never stands in the log', async () => {
    const tokens = [await signedWith(SECRET, { ...ours, role: 'service' }), await signedWith(SECRET, ours), await keys.sign({ exp: seconds(-70) })];
    for (const token of tokens) await Promise.all([list(acme, token), list(published, `Bearer ${token}`)]);
    const log = JSON.stringify(service.log);
    for (const part of [...tokens.flatMap((token) => token.split('.').slice(1)), SECRET]) expect(log).not.toContain(part);
  });
});

describe('Where calls need no credential', () => {
  it.each<[string, 'open' | 'required', string[]]>([
    ['the deployment is open', 'open', []],
    ['the address may call without', 'required', ['127.0.0.0/8']],
  ])('because %s, a bad token is as good as none and a good one gives its role', async (_why, http, openFrom) => {
    const tenant = await newTenant(service, { auth: { http }, open_from: openFrom, settings: { jwt: { secret: SECRET } } });
    for (const token of [await signedWith(OTHER_SECRET), await signedWith(SECRET, { exp: seconds(-70) }), 'of-a-panel']) {
      expect((await list(tenant, token, ['fetchAllRoom', {}])).status).toBe(200);
    }
    expect((await list(tenant, await signedWith(SECRET), ['fetchAllRoom', {}])).body).toMatchObject({ error: 'NOT_ALLOWED' });
  });
});

describe('The published keys of an issuer', () => {
  let server: TokenServer;
  let tenant: Tenant;
  let first: Issuer;

  beforeEach(async () => {
    [server, first] = [await TokenServer.start(), await anIssuer('first', 'ES256')];
    server.answer = answering({ keys: [first.jwk] });
    tenant = await required({ jwt: { jwks_url: server.url } });
  });

  afterEach(() => server.close());

  it('are fetched once for all who wait for them, and never with a token', async () => {
    const token = await first.sign();
    const answers = await Promise.all(Array.from({ length: 20 }, () => list(tenant, token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect([server.asked, server.paths]).toEqual([[undefined], ['/']]);
  });

  it('are fetched again for an unknown key, but not for each token that names one', async () => {
    const second = await anIssuer('second', 'ES256');
    expect((await list(tenant, await first.sign())).status).toBe(200);
    server.answer = answering({ keys: [second.jwk] });
    await expectRefused(tenant, [await second.sign(), await first.sign({}, { kid: 'unknown' })]);
    expect(server.asked).toHaveLength(1);
    const others = await Promise.all(['a', 'b', 'c'].map((kid) => second.sign({}, { kid })));
    expect(await rolesIn(31_000, tenant, [await second.sign(), await first.sign(), ...others])).toEqual(['agent', 'wrong', 'wrong', 'wrong', 'wrong']);
    expect(server.asked).toHaveLength(2);
  });

  it('that are withdrawn are good for ten minutes at most', async () => {
    expect((await list(tenant, await first.sign())).status).toBe(200);
    server.answer = answering({ keys: [] });
    const token = await first.sign({ exp: seconds(3_600) });
    expect(await rolesIn(590_000, tenant, [token])).toEqual(['agent']);
    expect(await rolesIn(601_000, tenant, [token])).toEqual(['wrong']);
  });

  const hang = (): void => undefined;
  it.each<[string, TokenServer['answer']]>([
    ['an error', answering({}, 500)],
    ['a redirect', (_, response) => void response.writeHead(302, { location: `${server.url}/elsewhere` }).end()],
    ['a page', (_, response) => void response.end('<html>')],
    ['no set of keys', answering({ keys: [1] })],
    ['far too much', (_, response) => void response.end(`{"keys":[],"fill":"${'x'.repeat(300_000)}"}`)],
    ['half of it', (_, response) => void response.writeHead(200, { 'content-length': '100' }).write('{"keys":')],
    ['nothing', hang],
  ])('let nobody in while there is %s of them, and let everybody in when they are back', async (_what, answer) => {
    const [good, token] = [server.answer, await first.sign()];
    server.answer = answer;
    await expectRefused(tenant, [token, token]);
    expect(server.paths).toEqual(['/']);
    server.answer = good;
    await eventually(async () => expect((await list(tenant, token)).status).toBe(200), WITHIN);
  });

  it('that are known are good while their server is away', async () => {
    expect((await list(tenant, await first.sign())).status).toBe(200);
    server.answer = hang;
    expect(await rolesIn(31_000, tenant, [await first.sign({}, { kid: 'unknown' }), await first.sign()])).toEqual(['not looked up', 'agent']);
  });
});
