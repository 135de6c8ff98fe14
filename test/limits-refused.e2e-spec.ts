import request from 'supertest';

import { KeyAdminService, type PutTenantDto } from '../src/admin/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { Listener } from './support/listener.js';
import { refusal } from './support/refusal.js';
import { dropAll, newTenant } from './support/tenants.js';
import { answering, TokenServer } from './support/token-server.js';
import { forged, signedWith } from './support/tokens.js';

const SECRET = 'of-acme-only-0123456789-0123456789';
const REQUIRED = { http: 'required', sockets: 'required' } as const;
const AGENT = { id: 141, role: 'agent' };
const GOOD = 'a-good-token';
const WITHIN = { within: 20_000 };
const BAD = forged({ alg: 'HS256' }, {}, 'AAAA');
const HERE = '203.0.113.7';
const ELSEWHERE = '203.0.113.8';
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

let service: TestApp;
let server: TokenServer;

beforeAll(async () => {
  service = await startApp({ TRUST_PROXY: 'loopback' });
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
});

beforeEach(async () => {
  server = await TokenServer.start();
  server.answer = (incoming, response) => answering(AGENT, incoming.headers.authorization?.startsWith('a-good') === true ? 200 : 401)(incoming, response);
});

afterEach(() => server.close());

/** A deployment that lets people in by their tokens, two refused ones of an address a second. */
function closed(change: Partial<PutTenantDto> = {}): Promise<Tenant> {
  const lookup = { url: server.url, subject_path: 'id', role_path: 'role', cache_seconds: 0 };
  return newTenant(service, { auth: REQUIRED, limits: { calls_per_second: 10 }, settings: { jwt: { secret: SECRET }, lookup }, ...change });
}

function list(tenant: Tenant, credential: string | null, address = HERE): request.Test {
  const call = request(service.url).post(`/t/${tenant.key}/api/room/fetchRoomByUserAgent`).set('X-Forwarded-For', address);
  return (credential === null ? call : call.set('Authorization', credential)).send({ type: 'agent_to_user', agent_id: 141 });
}

/** Makes calls that are refused until they are told that they are too many. */
async function flood(tenant: Tenant, credential: (at: number) => string | null): Promise<request.Response[]> {
  const answers = await Promise.all(upTo(60).map((at) => list(tenant, credential(at))));
  const told = answers.filter(({ status }) => status === 429);
  expect(told.length).toBeGreaterThan(10);
  expect(answers.filter(({ status }) => status === 403).length).toBe(answers.length - told.length);
  return told;
}

/** Lets the server answer good tokens only, until `release`; `held` are the requests of others that wait for their answer now. */
function holdMadeUp(): { held: ReadonlySet<() => void>; release: () => void } {
  const held = new Set<() => void>();
  const { answer } = server;
  server.answer = (incoming, response) => {
    if (incoming.headers.authorization?.startsWith('a-good') === true) return answer(incoming, response);
    const go = (): void => answer(incoming, response);
    held.add(go);
    // Whoever asks goes away when an answer takes too long.
    response.once('close', () => held.delete(go));
  };
  const release = (): void => {
    server.answer = answer;
    held.forEach((go) => go());
  };
  return { held, release };
}

describe('Refused calls', () => {
  it.each<[string, (at: number) => string | null]>([
    ['no credential', () => null],
    ['keys that nobody has', (at) => `anteroom_key_acme_${String(at).padStart(12, '0')}_${'0'.repeat(48)}`],
    ['one token that is not good', () => BAD],
    ['tokens that were made up', (at) => `made-up-${at}`],
  ])('of an address, with %s, are told when they are too many, and take nothing from others', async (_what, credential) => {
    const tenant = await closed();
    for (const { body, headers } of await flood(tenant, credential)) {
      expect(body).toEqual(refusal(429, 'TOO_MANY_REQUESTS', 'again', { roomData: [] }));
      expect(headers).toMatchObject({ 'retry-after': '1', 'ratelimit-limit': '2', 'ratelimit-remaining': '0', 'ratelimit-reset': '1' });
    }
    const { credential: key } = await service.app.get(KeyAdminService).add(tenant.key, { role: 'reader', expires: null, note: null });
    await eventually(() => list(tenant, key).expect(200), WITHIN);
    await list(tenant, GOOD, ELSEWHERE).expect(200);
    await list(tenant, await signedWith(SECRET), ELSEWHERE).expect(200);
  });

  it('do not keep out a token of the same address that was good before, and a new one not for long', async () => {
    const [tenant, mine] = [await closed(), await signedWith(SECRET)];
    for (const token of [GOOD, mine]) await list(tenant, token).expect(200);
    await flood(tenant, (at) => `made-up-${at}`);
    const asked = server.asked.length;
    await Promise.all(upTo(20).map((at) => list(tenant, `more-${at}`)));
    expect(server.asked.length - asked).toBeLessThan(20);
    for (const token of [GOOD, mine]) await list(tenant, token).expect(200);
    await eventually(() => list(tenant, `${GOOD}-of-today`).expect(200), WITHIN);
  });

  it('by tokens that are being looked up leave room for those of others and for those that were good', async () => {
    const tenant = await closed({ limits: { calls_per_second: null } });
    await list(tenant, GOOD).expect(200);
    const { held, release } = holdMadeUp();
    const flooding = upTo(100).map((at) => list(tenant, `made-up-${at}`).then(({ status }) => status));
    await eventually(() => expect(held.size).toBe(10), WITHIN);
    await list(tenant, `${GOOD}-new`, ELSEWHERE).expect(200);
    await list(tenant, GOOD).expect(200);
    await eventually(() => expect(held.size).toBe(10), WITHIN);
    release();
    expect(new Set(await Promise.all(flooding))).toEqual(new Set([403]));
  });

  it('by tokens that many addresses made up leave room for those that were good', async () => {
    const tenant = await closed({ limits: { calls_per_second: null } });
    await list(tenant, GOOD).expect(200);
    const { held, release } = holdMadeUp();
    const flooding = upTo(60).map((at) => list(tenant, `made-up-${at}`, `203.0.113.${at}`).then(({ status }) => status));
    await eventually(() => expect(held.size).toBe(15), WITHIN);
    await list(tenant, GOOD).expect(200);
    await eventually(() => expect(held.size).toBe(15), WITHIN);
    release();
    expect(new Set(await Promise.all(flooding))).toEqual(new Set([403]));
  });

  it('do not make a deployment’s server be asked without end where callers are let in without a credential, and those that are not asked about are in as well', async () => {
    const tenant = await closed({ auth: { http: 'open', sockets: 'open' } });
    const isAgent = (): Promise<unknown> => eventually(() => list(tenant, GOOD).send({ agent_id: 142 }).expect(403), WITHIN);
    await isAgent();
    for (const at of upTo(60)) {
      const { body } = await list(tenant, `made-up-${at}`);
      expect(['success', 'TOO_MANY_REQUESTS']).toContain(body.error ?? 'success');
    }
    const asked = server.asked.filter((token) => token?.startsWith('made-up'));
    expect([asked.length < 50, asked.length > 0]).toEqual([true, true]);
    await isAgent();
    await eventually(() => list(tenant, `${GOOD}-of-today`).send({ agent_id: 142 }).expect(403), WITHIN);
  });

  it('are none where callers are let in without a credential', async () => {
    const tenant = await closed({ auth: { http: 'open', sockets: 'open' }, open_from: ['203.0.113.0/24'] });
    const answers = await Promise.all(upTo(12).map((at) => list(tenant, `of-a-panel-${at}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe('Refused sockets', () => {
  const headers = { 'x-forwarded-for': HERE };
  const join = (tenant: Tenant, token: string, reconnects = false): Listener => Listener.of(`${service.url}/t/${tenant.key}`, { auth: { token }, headers, reconnects });

  it('of an address are not looked up when they are too many, and let in who was good before, and others as they come again', async () => {
    const tenant = await closed();
    await list(tenant, GOOD).expect(200);
    const made = upTo(40).map((at) => join(tenant, `made-up-${at}`));
    await eventually(() => expect(made.filter(({ faults, disconnects }) => faults.length + disconnects.length > 0)).toHaveLength(40), WITHIN);
    expect(server.asked.length).toBeLessThan(41);
    const [before, today] = [join(tenant, GOOD), join(tenant, `${GOOD}-of-today`, true)];
    await eventually(() => expect([before, today].map(({ socket }) => socket.connected)).toEqual([true, true]), WITHIN);
    expect(before.faults).toEqual([]);
    for (const listener of [...made, before, today]) listener.close();
  });
});
