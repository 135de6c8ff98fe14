import mongoose from 'mongoose';
import request, { type Response, type Test } from 'supertest';

import { newId } from '../src/mongo/index.js';
import { PAGE_ANSWER } from '../src/room/index.js';
import { builtFolder } from './support/built.js';
import { eventually } from './support/eventually.js';
import { ServiceProcess, type Variables } from './support/service-process.js';
import { TcpProxy } from './support/tcp-proxy.js';

import.meta.jest.setTimeout(60_000);

const BUILD_MS = 300_000;
// Half of the default, so that answers are in time on a machine that is busy with other tests too.
const DATABASE_TIMEOUT_MS = '1000';
const ANSWER_MS = 3_000;
const BACK_MS = 15_000;
const AWAY = ['refuse', 'silence'] as const;
// More than a client's pool holds.
const MANY = 80;
const TELLTALE = /mongo|127\.0\.0\.1|localhost|econn|timed? ?out|primary|topology|anteroom_|\n\s+at /i;
const ADMIN_TOKEN = 'away-admin-token-0123456789';

const control = `test_away_${newId().toHexString()}`;
let mongo: mongoose.mongo.MongoClient;
let proxy: TcpProxy;
let service: ServiceProcess;

beforeAll(async () => {
  await builtFolder();
  mongo = new mongoose.mongo.MongoClient(process.env.MONGODB_URI!);
  proxy = await TcpProxy.start(await primaryOf(mongo));
  service = await start({ DEMO: 'on', DATABASE_TIMEOUT_MS });
}, BUILD_MS);

beforeEach(async () => {
  proxy.pass();
  await eventually(() => list().expect(200), { within: BACK_MS });
});

afterAll(async () => {
  proxy.pass();
  await eventually(() => list().expect(200), { within: BACK_MS });
  for (const key of ['ace', 'salesdemo']) await admin(request(service.url).delete(`/admin/tenants/${key}?drop_database=true`)).expect(200);
  await ServiceProcess.killAll();
  await proxy.close();
  await mongo.db(control).dropDatabase();
  await mongo.close();
}, 60_000);

function start(variables: Variables = {}): Promise<ServiceProcess> {
  const given = new URL(process.env.MONGODB_URI!);
  given.host = `127.0.0.1:${proxy.port}`;
  // Without this the driver would ask the replica set for its members' addresses and go round the proxy.
  given.searchParams.delete('replicaSet');
  given.searchParams.set('directConnection', 'true');
  return ServiceProcess.start({
    MONGODB_URI: given.href,
    CONTROL_DATABASE: control,
    ADMIN_TOKEN,
    DIRECTORY_REFRESH_MS: '50',
    HOST: '127.0.0.1',
    ...variables,
  });
}

async function primaryOf(client: mongoose.mongo.MongoClient): Promise<{ host: string; port: number }> {
  const { primary } = (await client.db('admin').command({ hello: 1 })) as unknown as { primary: string };
  const [host, port] = [primary.slice(0, primary.lastIndexOf(':')), primary.slice(primary.lastIndexOf(':') + 1)];
  return { host, port: Number(port) };
}

const admin = (call: Test): Test => call.set('authorization', `Bearer ${ADMIN_TOKEN}`);
const list = (of = service): Test =>
  request(of.url).post('/api/room/fetchRoomByUserAgent').send({ agent_db: 'ace', agent_id: 141, type: 'agent-to-user' });

/** Expects 503 in the wire's shape, in time, and nothing of what is behind; answers the body. */
async function expectUnavailable(call: Test, emptyData: object = {}): Promise<void> {
  const began = performance.now();
  const answer: Response = await call;
  const ms = performance.now() - began;

  expect({ status: answer.status, body: answer.body as unknown }).toEqual({
    status: 503,
    body: { status: false, statusCode: 503, error: 'DATABASE_UNAVAILABLE', message: expect.stringMatching(/^[A-Z].+\.$/), ...emptyData },
  });
  expect(answer.headers['retry-after']).toMatch(/^[1-9]\d?$/);
  expect(JSON.stringify([answer.text, answer.headers])).not.toMatch(TELLTALE);
  expect(ms).toBeLessThan(ANSWER_MS);
}

describe.each(AWAY)('A database that is away (%s)', (away) => {
  it('gives 503 within 3 seconds, and afterwards the list again by itself', async () => {
    proxy[away]();

    await expectUnavailable(list(), { roomData: [] });
    await expectUnavailable(list(), { roomData: [] });
    proxy.pass();

    const answer = await eventually(() => list().expect(200), { within: BACK_MS });
    expect(answer.body).toStrictEqual(PAGE_ANSWER);
  });

  it('gives each of many calls at once 503 within 3 seconds, and none of them stays in the way later', async () => {
    proxy[away]();

    await Promise.all(Array.from({ length: MANY }, () => expectUnavailable(list(), { roomData: [] })));
    proxy.pass();

    await eventually(async () => Promise.all(Array.from({ length: MANY }, () => list().expect(200))), { within: BACK_MS });
  });

  it('gives 503 to every call of the admin API too', async () => {
    proxy[away]();

    const calls = () => request(service.url);
    await expectUnavailable(admin(calls().get('/admin/tenants')));
    await expectUnavailable(admin(calls().get('/admin/tenants/ace')));
    await expectUnavailable(admin(calls().put('/admin/tenants/ace')).send({ sub_domains: ['never.example'] }));
    await expectUnavailable(admin(calls().put('/admin/tenants/fresh')).send({ names: ['fresh'] }));
    await expectUnavailable(admin(calls().delete('/admin/tenants/salesdemo')));
    proxy.pass();

    const answer = await eventually(() => admin(calls().get('/admin/tenants')).expect(200), { within: BACK_MS });
    expect((answer.body as { key: string; sub_domains: string[] }[]).map((tenant) => [tenant.key, tenant.sub_domains])).toEqual([
      ['ace', []],
      ['salesdemo', []],
    ]);
  });

  it('leaves the service alive and not ready, until it is back', async () => {
    const health = (which: string): Test => request(service.url).get(`/health/${which}`);
    await health('ready').expect(200, { status: 'ok' });
    proxy[away]();

    await expectUnavailable(health('ready'));
    await health('live').expect(200, { status: 'ok' });
    await list();
    await expectUnavailable(health('ready'));
    await health('live').expect(200, { status: 'ok' });
    proxy.pass();

    await eventually(() => health('ready').expect(200, { status: 'ok' }), { within: BACK_MS });
  });

  it('does not keep a call that needs no database from its answer', async () => {
    proxy[away]();
    await expectUnavailable(list(), { roomData: [] });

    const answers = [
      await request(service.url).post('/api/room/fetchRoomByUserAgent').send({ agent_db: 'nobody', agent_id: 141, type: 'agent_to_user' }),
      await request(service.url).post('/api/room/fetchRoomByUserAgent').send({ agent_db: 'ace', type: 'agent_to_user' }),
    ];

    expect(answers.map(({ body }) => (body as { error: string }).error)).toEqual(['TENANT_UNKNOWN', 'VALIDATION_FAILED']);
  });

  it('does not hinder a start: alive at once, 503 to calls, and ready by itself when the database appears', async () => {
    proxy[away]();
    const late = await start({ DATABASE_TIMEOUT_MS });

    await request(late.url).get('/health/live').expect(200, { status: 'ok' });
    await expectUnavailable(request(late.url).get('/health/ready'));
    await expectUnavailable(list(late), { roomData: [] });
    await expectUnavailable(admin(request(late.url).get('/admin/tenants')));
    proxy.pass();

    await eventually(() => request(late.url).get('/health/ready').expect(200), { within: BACK_MS });
    const answer = await eventually(() => list(late).expect(200), { within: BACK_MS });
    expect(answer.body).toStrictEqual(PAGE_ANSWER);
    expect(await late.stop()).toEqual({ code: 0, signal: null });
    expect(late.log('unhandled rejection')).toEqual([]);
    expect(late.stderr).toBe('');
  });

  it('does not hinder a stop: exit code 0 within ten seconds', async () => {
    const doomed = await start();
    await list(doomed).expect(200);
    proxy[away]();
    const last = expectUnavailable(list(doomed), { roomData: [] });
    await expectUnavailable(request(doomed.url).get('/health/ready'));

    const began = performance.now();
    expect(await doomed.stop()).toEqual({ code: 0, signal: null });

    expect(performance.now() - began).toBeLessThan(10_000);
    await last;
    expect(doomed.log('unhandled rejection')).toEqual([]);
  });
});

describe('After all this the service', () => {
  it('is the same process, and left no promise to itself', () => {
    expect(service.log('unhandled rejection')).toEqual([]);
    expect(service.stderr).toBe('');
    expect(() => process.kill(service.pid, 0)).not.toThrow();
  });

  it('has logged every cause of an answer as what it was: the database, and no fault of its own', () => {
    expect(service.log().filter(({ code }) => code === 'INTERNAL_ERROR')).toEqual([]);
  });
});
