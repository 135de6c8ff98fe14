import request from 'supertest';

import { TenantDirectory, type TenantSettings } from '../src/tenancy/index.js';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app.js';
import { dropAll } from './support/tenants.js';

const SECRET = 'of-acme-only-0123456789-0123456789';
const JWKS = 'https://login.acme.example/keys';
const LOOKUP = { url: 'https://api.acme.example/me', subject_path: 'data.id', role_path: 'data.role' };

let service: TestApp;
let key: string;
let made = 0;

beforeAll(async () => {
  service = await startApp();
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
});

beforeEach(() => {
  key = `shop-${++made}`;
});

const put = (settings: object | null): request.Test => request(service.url).put(`/admin/tenants/${key}`).set('Authorization', `Bearer ${ADMIN_TOKEN}`).send({ settings });
const get = (): request.Test => request(service.url).get(`/admin/tenants/${key}`).set('Authorization', `Bearer ${ADMIN_TOKEN}`);
const stored = (): TenantSettings | undefined => service.app.get(TenantDirectory).findByKey(key)?.settings;

describe('settings.jwt', () => {
  const defaults = { issuer: null, audience: null, tenant_claim: null, subject_claim: 'sub', role_claim: 'role', vendor_ids_claim: null };
  const full = { algorithms: ['HS512'], issuer: 'https://login.acme.example', audience: 'chat', tenant_claim: 't', subject_claim: 'user.id', role_claim: 'user.role', vendor_ids_claim: 'user.shops' };

  it('takes its defaults by the kind of key, and never answers the secret', async () => {
    const { body } = await put({ jwt: { secret: SECRET } });
    expect(body.settings.jwt).toEqual({ has_secret: true, jwks_url: null, algorithms: ['HS256'], ...defaults });
    expect((await get()).body.settings).toEqual(body.settings);
    expect(stored()?.jwt).toEqual({ secret: SECRET, jwks_url: null, algorithms: ['HS256'], ...defaults });
    const all = await request(service.url).get('/admin/tenants').set('Authorization', `Bearer ${ADMIN_TOKEN}`);
    for (const text of [JSON.stringify(body), all.text, JSON.stringify(service.log)]) expect(text).not.toContain(SECRET);
    expect((await put({ jwt: { jwks_url: JWKS } })).body.settings.jwt).toEqual({ has_secret: false, jwks_url: JWKS, algorithms: ['RS256', 'ES256'], ...defaults });
  });

  it('takes every field', async () => {
    expect((await put({ jwt: { secret: SECRET, ...full } })).body.settings.jwt).toEqual({ has_secret: true, jwks_url: null, ...full });
    const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
    expect((await put({ jwt: { jwks_url: JWKS, algorithms } })).body.settings.jwt.algorithms).toEqual(algorithms);
  });

  it('is replaced as a whole, left alone by other changes, and taken away by null', async () => {
    await put({ jwt: { secret: SECRET, ...full }, lookup: LOOKUP });
    expect((await put({ default_image: 'x' })).body.settings.jwt).toEqual({ has_secret: true, jwks_url: null, ...full });
    expect((await put({ jwt: { secret: SECRET, issuer: null, algorithms: null } })).body.settings.jwt).toEqual({ has_secret: true, jwks_url: null, algorithms: ['HS256'], ...defaults });
    const { body } = await put({ jwt: null });
    expect([body.settings.jwt, body.settings.lookup.url, body.settings.default_image]).toEqual([null, LOOKUP.url, 'x']);
    await put({ jwt: { secret: SECRET } });
    expect((await put(null)).body.settings).toMatchObject({ jwt: null, lookup: null });
  });

  it('has a secret of 32 bytes at least, in whatever letters', async () => {
    expect((await put({ jwt: { secret: 'é'.repeat(16) } })).status).toBe(200);
    expect((await put({ jwt: { secret: 'x'.repeat(31) } })).status).toBe(400);
  });

  it.each<[string, unknown[]]>([
    ['jwt', ['x', 1, true, [], [{ secret: SECRET }]]],
    ['secret', [{}, { secret: null }, { secret: '' }, { secret: 'x'.repeat(31) }, { secret: 'x'.repeat(1_001) }, { secret: 1 }, { secret: [SECRET] }, { secret: {} }, { secret: SECRET, jwks_url: JWKS }, { issuer: 'x' }]],
    ['jwks_url', ['http://login.acme.example/keys', 'ftp://acme.example', 'file:///etc/passwd', 'https://u:p@acme.example', 'https://u@acme.example', 'acme.example', '', ' ', 'https://', 'https://a b', `https://acme.example/${'x'.repeat(2_000)}`, 'http://127.0.0.1.acme.example', 'http://10.0.0.1', 1, [], {}, ['https://a.example']].map((url) => ({ jwks_url: url }))],
    ['algorithms', [
      ...['none', 'HS256', 'RS257', '', 'rs256', '__proto__', 1, null].map((one) => ({ jwks_url: JWKS, algorithms: [one] })),
      ...['none', 'RS256', 'ES256', 'PS256', 'EdDSA'].map((one) => ({ secret: SECRET, algorithms: ['HS256', one] })),
      ...[[], 'HS256', {}, ['HS256', 'HS256'], [['HS256']]].map((algorithms) => ({ secret: SECRET, algorithms })),
    ]],
    ...['issuer', 'audience'].map((field): [string, unknown[]] => [field, ['', 1, [], ['x'], {}, 'x'.repeat(2_001)].map((value) => ({ secret: SECRET, [field]: value }))]),
    ...['tenant_claim', 'subject_claim', 'role_claim', 'vendor_ids_claim'].map((field): [string, unknown[]] => [field, ['', ' ', 'a b', 'a\u0000', 1, [], {}, 'x'.repeat(201)].map((value) => ({ secret: SECRET, [field]: value }))]),
    ['has_secret', [{ secret: SECRET, has_secret: true }]],
    ['Secret', [{ secret: SECRET, Secret: 'x' }]],
  ])('is refused where %s is wrong, and the field is named', async (field, values) => {
    await put({ jwt: { secret: SECRET, ...full } });
    const taken: unknown[] = [];
    for (const jwt of values) {
      const { status, body } = await put({ default_image: 'x', jwt });
      if (status !== 400 || body.error !== 'VALIDATION_FAILED' || !(body.message as string).includes(field) || (body.message as string).includes(SECRET)) taken.push([jwt, status, body]);
    }
    expect(taken).toEqual([]);
    expect((await get()).body.settings).toMatchObject({ default_image: null, jwt: { has_secret: true, ...full } });
  });

  it.each(['http://localhost:8080/keys', 'http://127.0.0.1:8080/keys', 'http://[::1]/keys'])('may be published without TLS on this machine only: %s', async (url) => {
    expect((await put({ jwt: { jwks_url: url } })).status).toBe(200);
  });
});

describe('settings.lookup', () => {
  const full = { ...LOOKUP, timeout_ms: 5_000, cache_seconds: 0, vendor_ids_path: 'data.shops' };

  it('takes its defaults, every field, is replaced as a whole and taken away by null', async () => {
    const defaults = { ...LOOKUP, timeout_ms: 2_000, cache_seconds: 60, vendor_ids_path: null };
    expect((await put({ lookup: LOOKUP })).body.settings.lookup).toEqual(defaults);
    expect(stored()?.lookup).toEqual(defaults);
    expect((await put({ lookup: full })).body.settings.lookup).toEqual(full);
    expect((await put({ default_image: 'x' })).body.settings.lookup).toEqual(full);
    expect((await put({ lookup: { ...LOOKUP, timeout_ms: null } })).body.settings.lookup).toEqual(defaults);
    expect((await put({ lookup: null })).body.settings.lookup).toBeNull();
  });

  it('never answers the query of an address, which may be a secret, and does not take what it answers for one', async () => {
    const [url, jwks] = ['https://api.acme.example/me?key=of-acme-only#?x', `${JWKS}?key=of-acme-only`];
    const { body } = await put({ lookup: { ...LOOKUP, url }, jwt: { jwks_url: jwks } });
    expect([body.settings.lookup.url, body.settings.jwt.jwks_url]).toEqual(['https://api.acme.example/me?***', `${JWKS}?***`]);
    expect([stored()?.lookup?.url, stored()?.jwt?.jwks_url]).toEqual([url, jwks]);
    const all = await request(service.url).get('/admin/tenants').set('Authorization', `Bearer ${ADMIN_TOKEN}`);
    for (const text of [(await get()).text, all.text, JSON.stringify(service.log)]) expect(text).not.toContain('of-acme-only');
    for (const settings of [{ lookup: body.settings.lookup as object }, { jwt: { jwks_url: `${JWKS}?***` } }]) {
      const { status, body: refused } = await put(settings);
      expect([status, refused.message]).toEqual([400, expect.stringMatching(/url must be .*\?\*\*\*/)]);
    }
    expect(stored()?.lookup?.url).toBe(url);
  });

  it.each<[string, unknown[]]>([
    ['lookup', ['x', 1, [], [LOOKUP]]],
    ['url', ['ftp://acme.example', 'https://u:p@acme.example', 'http://u@acme.example', 'javascript:alert(1)', 'acme.example', '', undefined, null, 1, [], {}, `https://acme.example/${'x'.repeat(2_000)}`].map((url) => ({ ...LOOKUP, url }))],
    ['timeout_ms', [99, 5_001, 0, -1, 1.5, '2000', [], {}, true].map((timeout) => ({ ...LOOKUP, timeout_ms: timeout }))],
    ['cache_seconds', [-1, 301, 0.5, '60', [], {}].map((seconds) => ({ ...LOOKUP, cache_seconds: seconds }))],
    ...['subject_path', 'role_path'].map((field): [string, unknown[]] => [field, ['', 'a b', 1, null, undefined, [], {}, 'x'.repeat(201)].map((value) => ({ ...LOOKUP, [field]: value }))]),
    ['vendor_ids_path', ['', 'a b', 1, [], {}, 'x'.repeat(201)].map((path) => ({ ...LOOKUP, vendor_ids_path: path }))],
    ['method', [{ ...LOOKUP, method: 'POST' }]],
  ])('is refused where %s is wrong, and the field is named', async (field, values) => {
    await put({ lookup: full });
    const taken: unknown[] = [];
    for (const lookup of values) {
      const { status, body } = await put({ default_image: 'x', lookup });
      if (status !== 400 || body.error !== 'VALIDATION_FAILED' || !(body.message as string).includes(field)) taken.push([lookup, status, body]);
    }
    expect(taken).toEqual([]);
    expect((await get()).body.settings).toMatchObject({ default_image: null, lookup: full });
  });
});
