import request, { type Response } from 'supertest';

import { TenantAdminService } from '../src/admin/index.js';
import { Lookups } from '../src/auth/lookups.js';
import type { LookupSettings, Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { eventually } from './support/eventually.js';
import { dropAll } from './support/tenants.js';
import { answering, newLookupTenant, personAnswer, TokenServer } from './support/token-server.js';
import { forged, signedWith } from './support/tokens.js';

const SECRET = 'of-acme-only-0123456789-0123456789';
const REFUSED = { status: false, statusCode: 403, error: 'CREDENTIAL_REFUSED', message: expect.stringMatching(/credential/), roomData: [] };
const AGENT = personAnswer();
const WITHIN = { within: 10_000 };
const hang = (): void => undefined;

let service: TestApp;
let server: TokenServer;
let tenant: Tenant;
let tokens = 0;

beforeAll(async () => {
  service = await startApp();
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
});

beforeEach(async () => {
  server = await TokenServer.start();
  server.answer = answering(AGENT);
  tenant = await withLookup();
});

afterEach(() => server.close());

/** A deployment that looks tokens up at the server of the test. */
function withLookup(lookup: Partial<LookupSettings> = {}, settings: object = {}): Promise<Tenant> {
  return newLookupTenant(service, server, lookup, settings);
}

/** A token that nobody has sent yet, such as apps of today have. */
function aToken(): string {
  return `b3BhcXVl${++tokens}aa==`;
}

async function list(authorization: string, of = tenant, [call, fields]: readonly [string, object] = ['fetchRoomByUserAgent', { agent_id: 141 }]): Promise<Response> {
  return request(service.url).post(`/t/${of.key}/api/room/${call}`).set('Authorization', authorization).send({ type: 'agent_to_user', ...fields });
}

async function expectRefused(token: string, of = tenant): Promise<void> {
  const { status, body } = await list(token, of);
  expect([status, body]).toEqual([403, REFUSED]);
}

describe('A token that a deployment looks up', () => {
  it.each<[string, object, string, object]>([
    ['an agent', { id: 141, role: 'agent' }, 'fetchRoomByUserAgent', { agent_id: '141' }],
    ['a user', { id: '1', role: 'user' }, 'fetchRoomByUserId', { order_user_id: 1 }],
    ['a vendor', { id: 9, role: 'vendor', shops: [{ id: 6 }, 7, '', null] }, 'fetchRoomByVendor', { vendor_id: ['7'] }],
    ['an admin', { id: 'x', role: 'admin' }, 'fetchAllRoom', {}],
  ])('lets in %s', async (_who, data, call, fields) => {
    const of = await withLookup({ vendor_ids_path: 'data.shops' });
    await aRoom(service, of);
    server.answer = answering({ data });
    const { status, body } = await list(aToken(), of, [call, fields]);
    expect([status, body.roomData]).toEqual([200, [expect.objectContaining({ agent_id: '141' })]]);
  });

  it('is sent to that server as apps send it, without Bearer, and nowhere else', async () => {
    const token = aToken();
    expect((await list(`Bearer ${token}`)).status).toBe(200);
    expect([server.asked, server.paths]).toEqual([[token], ['/me?app=chat']]);
    server.answer = answering({}, 401);
    await expectRefused(`Bearer ${token}x`);
    expect(JSON.stringify(service.log)).not.toContain(token);
  });

  it('is asked for once by all who send it meanwhile and after, in either form', async () => {
    const token = aToken();
    const answers = await Promise.all(Array.from({ length: 15 }, (_, at) => list(at % 2 === 0 ? token : `Bearer ${token}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await list(token)).status).toBe(200);
    expect(server.asked).toEqual([token]);
  });

  it.each<[string, number, string[]]>([
    ['of an address, ten', 10, []],
    ['of a backend, twenty', 20, ['127.0.0.0/8']],
  ])('is looked up in its turn where many new ones come at once: %s at a time', async (_whose, atOnce, openFrom) => {
    const { key } = await withLookup({ timeout_ms: 5_000 });
    const of = await service.app.get(TenantAdminService).put(key, { open_from: openFrom });
    const held: (() => void)[] = [];
    server.answer = (incoming, response) => void held.push(() => answering(AGENT)(incoming, response));
    const answers = Promise.all(Array.from({ length: 60 }, () => list(aToken(), of)));
    await eventually(() => expect(held).toHaveLength(atOnce), WITHIN);
    server.answer = answering(AGENT);
    held.forEach((go) => go());
    expect((await answers).map(({ status }) => status)).toEqual(Array.from({ length: 60 }, () => 200));
    expect(server.asked).toHaveLength(60);
  });

  it.each([401, 403])('is refused where the server answers %i, which is remembered too', async (status) => {
    server.answer = answering(AGENT, status);
    const token = aToken();
    await expectRefused(token);
    server.answer = answering(AGENT);
    await expectRefused(token);
    expect(server.asked).toEqual([token]);
  });

  it('is asked for again when the answer is too old', async () => {
    const [of, token] = [await withLookup({ cache_seconds: 1 }), aToken()];
    expect((await list(token, of)).status).toBe(200);
    server.answer = answering({}, 401);
    await eventually(() => expectRefused(token, of), WITHIN);
    server.answer = answering(AGENT);
    await eventually(async () => expect((await list(token, of)).status).toBe(200), WITHIN);
    expect(new Set(server.asked)).toEqual(new Set([token]));
  });

  it('is asked for each time where nothing is to be remembered', async () => {
    const [of, token] = [await withLookup({ cache_seconds: 0 }), aToken()];
    for (const status of [200, 401, 200, 403]) {
      server.answer = answering(AGENT, status);
      expect((await list(token, of)).status).toBe(status === 200 ? 200 : 403);
    }
    expect(server.asked).toHaveLength(4);
  });

  it('is remembered, however many and large ones another deployment has', async () => {
    const [token, other] = [aToken(), await withLookup({ vendor_ids_path: 'data.shops' })];
    expect((await list(token)).status).toBe(200);
    // As much as is remembered of all.
    const shops = Array.from({ length: 300 }, (_, at) => String(at).padEnd(200, 'x'));
    server.answer = answering(personAnswer({ shops }));
    for (let times = 0; times < 15; times++) await Promise.all(Array.from({ length: 20 }, () => list(aToken(), other)));
    expect((await list(token)).status).toBe(200);
    expect([server.asked.length, server.asked.filter((one) => one === token)]).toEqual([301, [token]]);
  });

  it('is asked for again by another deployment, and where the settings are others', async () => {
    const [token, other] = [aToken(), await withLookup()];
    expect((await list(token)).status).toBe(200);
    expect((await list(token, other)).status).toBe(200);
    await service.app.get(TenantAdminService).put(tenant.key, { settings: { lookup: { url: `${server.url}/me`, subject_path: 'data.id', role_path: 'role' } } });
    await expectRefused(token);
    await expectRefused(token);
    expect(server.paths).toEqual(['/me?app=chat', '/me?app=chat', '/me']);
  });
});

describe('A token is refused', () => {
  it.each<[string, unknown]>([
    ['nobody', {}],
    ['nothing', null],
    ['a list', [AGENT]],
    ['a text', 'agent'],
    ['no id', { data: { role: 'agent' } }],
    ['an empty id', { data: { id: '', role: 'agent' } }],
    ['an object for an id', { data: { id: { $ne: 1 }, role: 'agent' } }],
    ['an id that is too long', { data: { id: 'x'.repeat(201), role: 'agent' } }],
    ['no role', { data: { id: 141 } }],
    ['the role service', { data: { id: 141, role: 'service' } }],
    ['the role anonymous', { data: { id: 141, role: 'anonymous' } }],
    ['the role __proto__', { data: { id: 141, role: '__proto__' } }],
    ['a list of roles', { data: { id: 141, role: ['agent'] } }],
  ])('whose server names %s', async (_what, json) => {
    server.answer = answering(json);
    await expectRefused(aToken());
  });

  it('where the paths lead to what everything inherits', async () => {
    const of = await withLookup({ subject_path: 'constructor.name', role_path: 'data.role' });
    await expectRefused(aToken(), of);
  });

  it.each<[string, TokenServer['answer']]>([
    ['fails', answering(AGENT, 500)],
    ['knows no such address', answering(AGENT, 404)],
    ['answers another success', answering(AGENT, 201)],
    ['redirects', (_, response) => void response.writeHead(302, { location: `${server.url}/elsewhere` }).end()],
    ['answers a page', (_, response) => void response.end('<html>')],
    ['answers far too much', (_, response) => void response.end(JSON.stringify({ ...AGENT, fill: 'x'.repeat(70_000) }))],
    ['answers half', (_, response) => void response.writeHead(200, { 'content-length': '100' }).write('{"data":')],
    ['hangs up', (incoming) => void incoming.socket.destroy()],
    ['says nothing', hang],
  ])('while the server %s, and let in soon after', async (_what, answer) => {
    const [of, token] = [await withLookup({ timeout_ms: 300 }), aToken()];
    server.answer = answer;
    await expectRefused(token, of);
    expect(server.paths).toEqual(['/me?app=chat']);
    server.answer = answering(AGENT);
    await eventually(async () => expect((await list(token, of)).status).toBe(200), WITHIN);
    expect(JSON.stringify(service.log)).not.toContain(token);
  });

  it('where nobody listens, and the operator is told by the host only', async () => {
    const of = await withLookup({ url: 'http://127.0.0.1:1/me?key=of-the-url' });
    const token = aToken();
    await expectRefused(token, of);
    const log = JSON.stringify(service.log);
    expect(log).toContain('credentials of a deployment cannot be looked up');
    for (const secret of [token, 'of-the-url']) expect(log).not.toContain(secret);
  });

  it('where its turn does not come in time, and nobody asks for it', async () => {
    const of = await withLookup({ timeout_ms: 300 });
    server.answer = hang;
    const before = Array.from({ length: 20 }, async () => service.app.get(Lookups).callerOf(of, { ...of.settings.lookup!, timeout_ms: 5_000 }, aToken()));
    await eventually(() => expect(server.asked).toHaveLength(20), WITHIN);
    await Promise.all(Array.from({ length: 10 }, () => expectRefused(aToken(), of)));
    expect(server.asked).toHaveLength(20);
    server.answer = answering(AGENT);
    await Promise.all(before);
    expect((await list(aToken(), of)).status).toBe(200);
  });

  it('at once where the line is full, of the same deployment only', async () => {
    const [full, other] = [await withLookup({ timeout_ms: 5_000 }), await withLookup()];
    server.answer = hang;
    const lookups = service.app.get(Lookups);
    let ended = 0;
    const waiting = Array.from({ length: 1_020 }, async () => {
      await lookups.callerOf(full, full.settings.lookup!, aToken());
      ended++;
    });
    await eventually(() => expect(server.asked).toHaveLength(20), WITHIN);
    await expectRefused(aToken(), full);
    expect([ended, server.asked.length]).toEqual([0, 20]);
    server.answer = answering(AGENT);
    expect((await list(aToken(), other)).status).toBe(200);
    await Promise.all(waiting);
    expect((await list(aToken(), full)).status).toBe(200);
  });

  it('without asking where it has the form of a token of this service’s own or of an app’s', async () => {
    const both = await withLookup({}, { jwt: { secret: SECRET } });
    await expectRefused(`anteroom_key_${both.key}_0123456789ab_${'0'.repeat(48)}`, both);
    await expectRefused(await signedWith(`${SECRET}x`), both);
    await expectRefused(forged({ alg: 'none' }), both);
    expect((await list(await signedWith(SECRET), both)).status).toBe(200);
    expect(server.asked).toEqual([]);
    expect((await list(aToken(), both)).status).toBe(200);
  });

  it('without asking where no header could carry it', async () => {
    await expectRefused(`${aToken()}é`);
    await expectRefused('');
    await expectRefused('Bearer ');
    expect(server.asked).toEqual([]);
  });

  it('unless the deployment is open, where it is as good as none', async () => {
    const open = await service.app.get(TenantAdminService).put((await withLookup()).key, { auth: { http: 'open', sockets: 'open' } });
    expect((await list(aToken(), open, ['fetchAllRoom', {}])).body).toMatchObject({ error: 'NOT_ALLOWED' });
    server.answer = answering({}, 401);
    expect((await list(aToken(), open, ['fetchAllRoom', {}])).status).toBe(200);
  });
});
