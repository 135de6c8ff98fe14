import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import mongoose from 'mongoose';
import request from 'supertest';

import { newId } from '../src/mongo/index.js';
import { PAGE_ANSWER, PAGE_REQUEST } from '../src/room/index.js';
import { builtFolder } from './support/built.js';
import { eventually } from './support/eventually.js';
import { endsWithin, isAlive } from './support/processes.js';
import { ServiceProcess, type Variables } from './support/service-process.js';
import { paste } from './support/shell.js';

import.meta.jest.setTimeout(60_000);

const ADMIN_TOKEN = 'process-admin-token-0123456789';
const FIRST_START_MS = 400_000;
const STOP_MS = 10_000;
const LIST = '/api/room/fetchRoomByUserAgent';
const AGENT_OF_ACE = { agent_db: 'ace', agent_id: '141', type: 'agent_to_user' };
const STACK_LINE = /^\s+at /m;

let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'anteroom-service-'));
  await builtFolder();
}, FIRST_START_MS);

afterAll(async () => {
  await ServiceProcess.killAll();
  // The mongod of a killed service needs a moment to leave its folder.
  await eventually(() => rm(scratch, { recursive: true }), { within: STOP_MS });
}, 30_000);

async function newFolder(): Promise<string> {
  return mkdtemp(join(scratch, 'data-'));
}

function startEmbedded(dataPath: string, variables: Variables = {}): Promise<ServiceProcess> {
  return ServiceProcess.start({ MONGO_DATA: dataPath, ADMIN_TOKEN, ...variables });
}

/** The variables of a service on the MongoDB of this run, with a control database that the test run drops. */
function onGivenMongo(): { MONGODB_URI: string; CONTROL_DATABASE: string; ADMIN_TOKEN: string } {
  const control = `test_process_${newId().toHexString()}`;
  controlDatabases.push(control);
  return { MONGODB_URI: process.env.MONGODB_URI!, CONTROL_DATABASE: control, ADMIN_TOKEN };
}

const controlDatabases: string[] = [];

afterAll(async () => {
  const client = new mongoose.mongo.MongoClient(process.env.MONGODB_URI!);
  for (const name of controlDatabases) await client.db(name).dropDatabase();
  await client.close();
});

const admin = { authorization: `Bearer ${ADMIN_TOKEN}` };
const mongodPid = async (dataPath: string): Promise<number> => Number(await readFile(join(dataPath, 'mongod.lock'), 'utf8'));
const tenantsOf = async ({ url }: ServiceProcess) => (await request(url).get('/admin/tenants').set(admin).expect(200)).body;

describe('A start with nothing set', () => {
  let dataPath: string;
  let service: ServiceProcess;
  beforeAll(async () => {
    dataPath = await newFolder();
    service = await startEmbedded(dataPath, { LOG_LEVEL: 'trace' });
  }, FIRST_START_MS);
  afterAll(async () => service.stop());

  it('prints where it listens and where its documentation is, and logs the first', async () => {
    expect(service.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(service.stdout).toContain(`\nlistening on ${service.url}\ndocs at      ${service.url}/docs\n`);
    expect(service.log(`listening on ${service.url}`)).toHaveLength(1);
    expect((await request(service.url).get('/docs').redirects(1)).text).toContain('<title>Anteroom</title>');
  });

  it('prints a call that answers the page to the letter when it is pasted into a shell', async () => {
    const [line] = /^ *curl .*$/m.exec(service.stdout) ?? [];

    expect(JSON.parse(await paste(line!))).toStrictEqual(PAGE_ANSWER);
  });

  it('answers the request of the page, unchanged and with all its headers, with three rooms and who is in them', async () => {
    const answer = await request(service.url).post(LIST).set(PAGE_REQUEST.headers).send(PAGE_REQUEST.body);

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status: true, statusCode: 200 });
    const rooms = answer.body.roomData as { agent_id: string; user_Data: object[]; chat_Data: object[]; updated_date: string }[];
    expect(rooms.map((room) => [room.agent_id, room.user_Data.length, room.chat_Data.length])).toEqual([
      ['133', 3, 1],
      ['133', 1, 1],
      ['133', 0, 0],
    ]);
    expect(rooms.map((room) => room.updated_date)).toEqual(rooms.map((room) => room.updated_date).sort().reverse());
  });

  it('refuses a second service in the same folder with one sentence, and goes on itself', async () => {
    const second = await ServiceProcess.spawn({ MONGO_DATA: dataPath });

    const { code } = await second.exit;

    expect(code).toBe(1);
    expect(second.stderr).toMatch(/^[^\n]*in use by another Anteroom[^\n]*\n$/);
    expect(second.stderr).toContain(dataPath);
    expect(second.stdout).not.toContain('listening');
    expect((await request(service.url).post(LIST).send(AGENT_OF_ACE)).body).toStrictEqual(PAGE_ANSWER);
  });

  it('logs one line a request: method, route, status, milliseconds, deployment and the id that came with it', async () => {
    const answer = await request(service.url).post(`/t/ace${LIST}`).set('x-request-id', 'trace-1.a:b_c').send(AGENT_OF_ACE);

    expect(answer.headers['x-request-id']).toBe('trace-1.a:b_c');
    const lines = await loggedAs(service, 'trace-1.a:b_c');
    expect(lines).toEqual([
      expect.objectContaining({ method: 'POST', route: LIST, status: 200, ms: expect.any(Number), tenant: 'ace', request_id: 'trace-1.a:b_c', level: 30 }),
    ]);
  });

  it('logs a refused call with its route too', async () => {
    const answer = await request(service.url).post(LIST).send({ ...AGENT_OF_ACE, agent_db: 'nobody' });

    expect(answer.status).toBe(404);
    expect(await loggedAs(service, answer.headers['x-request-id']!)).toEqual([
      expect.objectContaining({ method: 'POST', route: LIST, status: 404 }),
    ]);
  });

  it('makes a request id where none came, and replaces one that is made to deceive', async () => {
    const without = await request(service.url).post(LIST).send(AGENT_OF_ACE);
    const forged = ['a b', '{"level":30}', 'é', 'x'.repeat(129), '$(reboot)', '<script>'];
    const answers = await Promise.all(forged.map((id) => request(service.url).post(LIST).set('x-request-id', id).send(AGENT_OF_ACE)));

    const ids = [without, ...answers].map(({ headers }) => headers['x-request-id']!);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
      expect(await loggedAs(service, id)).toHaveLength(1);
    }
  });

  it('logs a call that its caller gave up', async () => {
    const call = await beginSlowCall(service.url, { 'x-request-id': 'given-up' });
    call.on('error', () => undefined);

    call.destroy();

    expect(await loggedAs(service, 'given-up')).toEqual([expect.objectContaining({ status: 499 })]);
  });

  it('never logs bodies, query strings or credentials, not even at the finest level', async () => {
    const secret = 'hush4f8a';
    const call = (path: string) => request(service.url).post(path).set('authorization', `Bearer ${secret}`).set('cookie', `c=${secret}`);
    await call(`${LIST}?token=${secret}`).send({ ...AGENT_OF_ACE, note: secret });
    await call(`${LIST}?token=${secret}`).send({ agent_db: secret, agent_id: secret, type: secret });
    await call(LIST).type('json').send(`{"agent_db": "ace", ${secret}`);
    await call(LIST).type('form').send(`agent_db=ace&agent_id[x]=${secret}&type=${secret}`);
    await call(LIST).type('text/plain').send(secret);
    await call(`/nowhere?token=${secret}`).send({ secret });
    await request(service.url).get(`/admin/tenants?token=${secret}`).set('authorization', `Bearer ${secret}`).expect(401);
    const last = await call(`/health/live?token=${secret}`).set('x-request-id', 'last-secret').send({ secret });

    expect(last.status).toBe(404);
    await loggedAs(service, 'last-secret');
    expect(service.stdout + service.stderr).not.toContain(secret);
    expect(service.stdout + service.stderr).not.toContain(ADMIN_TOKEN);
  });
});

describe('The data of a service that stops', () => {
  let dataPath: string;
  let service: ServiceProcess;
  beforeAll(async () => (dataPath = await newFolder()));
  beforeEach(async () => (service = await startEmbedded(dataPath)), FIRST_START_MS);
  afterEach(async () => ServiceProcess.killAll());

  it('is there after the next start, the demo made only once', async () => {
    await request(service.url).put('/admin/tenants/salesdemo').set(admin).send({ sub_domains: ['chat.salesdemo.example'] }).expect(200);
    await request(service.url).put('/admin/tenants/kept').set(admin).send({ names: ['kept'] }).expect(200);
    const before = [await tenantsOf(service), (await request(service.url).post(LIST).send(PAGE_REQUEST.body)).body];
    expect(await service.stop()).toEqual({ code: 0, signal: null });

    const next = await startEmbedded(dataPath);

    expect([await tenantsOf(next), (await request(next.url).post(LIST).send(PAGE_REQUEST.body)).body]).toEqual(before);
    expect((await request(next.url).post(LIST).send(AGENT_OF_ACE)).body).toStrictEqual(PAGE_ANSWER);
    expect(next.stdout).toMatch(/^ *curl /m);
    expect(await next.stop()).toEqual({ code: 0, signal: null });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('is left by its mongod when %s has ended the service', async (signal) => {
    const pid = await mongodPid(dataPath);
    expect(isAlive(pid)).toBe(true);

    expect(await service.stop(signal)).toEqual({ code: 0, signal: null });

    expect(isAlive(pid)).toBe(false);
    expect(existsSync(join(dataPath, 'uri'))).toBe(false);
  });

  it('outlives a SIGKILL: mongod ends by itself, and the next start finds everything', async () => {
    const pid = await mongodPid(dataPath);
    const before = await tenantsOf(service);

    expect(await service.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    const next = await startEmbedded(dataPath);

    expect(await endsWithin(pid, STOP_MS)).toBe(true);
    expect(await tenantsOf(next)).toEqual(before);
  });

  it('is safe although a client never finishes its call and another says nothing', async () => {
    const stalled = await beginSlowCall(service.url);
    stalled.on('error', () => undefined);
    const mute = connect(Number(new URL(service.url).port), '127.0.0.1');
    mute.on('error', () => undefined);
    await once(mute, 'connect');
    const pid = await mongodPid(dataPath);

    expect(await service.stop()).toEqual({ code: 0, signal: null });

    expect(service.log('some calls were still unanswered; closing their connections')).toHaveLength(1);
    expect(isAlive(pid)).toBe(false);
    mute.destroy();
  });
});

describe('A service on a given MongoDB', () => {
  afterEach(async () => ServiceProcess.killAll());

  it('rests on less than 200 MB once it is ready', async () => {
    const service = await ServiceProcess.spawn(onGivenMongo());
    await eventually(() => request(service.url).get('/health/ready').expect(200, { status: 'ok' }), { within: 20_000 });

    expect(await service.residentMegabytes()).toBeLessThan(200);
    await service.stop();
  });

  it('has no demo', async () => {
    const service = await ServiceProcess.start(onGivenMongo());

    expect(await tenantsOf(service)).toEqual([]);
    expect(service.stdout).not.toContain('curl');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('finishes the call that it had accepted when %s comes, accepts no other and exits 0 within ten seconds', async (signal) => {
    const service = await ServiceProcess.start(onGivenMongo());
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await keepAliveCall(service.url, agent);
    const call = await beginSlowCall(service.url);

    const began = performance.now();
    service.signal(signal);
    await eventually(() => expect(service.log('stopping')).toEqual([expect.objectContaining({ signal })]), { within: 5_000 });
    await eventually(() => expect(request(service.url).get('/health/live')).rejects.toThrow('ECONNREFUSED'), { within: 5_000 });
    const { status, body } = await finishSlowCall(call);

    expect({ status, body }).toEqual({ status: 200, body: expect.objectContaining({ key: 'late', names: ['late'] }) });
    expect(await service.exit).toEqual({ code: 0, signal: null });
    expect(performance.now() - began).toBeLessThan(STOP_MS);
    agent.destroy();
  });

  it('exits 0 although a connection is kept alive, which it closes by itself', async () => {
    const service = await ServiceProcess.start(onGivenMongo());
    const agent = new Agent({ keepAlive: true });
    await keepAliveCall(service.url, agent);

    expect(await service.stop()).toEqual({ code: 0, signal: null });

    expect(service.log('some calls were still unanswered; closing their connections')).toEqual([]);
    agent.destroy();
  });

  it('does not wait for the connection of a call that it has answered meanwhile', async () => {
    const service = await ServiceProcess.start(onGivenMongo());
    const agent = new Agent({ keepAlive: true });
    const call = await beginSlowCall(service.url, {}, agent);
    service.signal('SIGTERM');
    await eventually(() => expect(service.log('stopping')).toHaveLength(1), { within: 5_000 });

    expect((await finishSlowCall(call)).status).toBe(200);
    expect(await service.exit).toEqual({ code: 0, signal: null });
    expect(service.log('some calls were still unanswered; closing their connections')).toEqual([]);
    agent.destroy();
  });

  it('takes a second signal for the first one', async () => {
    const service = await ServiceProcess.start(onGivenMongo());
    const call = await beginSlowCall(service.url);
    service.signal('SIGTERM');
    await eventually(() => expect(service.log('stopping')).toHaveLength(1), { within: 5_000 });

    service.signal('SIGINT');

    expect((await finishSlowCall(call)).status).toBe(200);
    expect(await service.exit).toEqual({ code: 0, signal: null });
  });

  it('says in one sentence that its port is taken', async () => {
    const taken = await listenAnywhere();
    const { port } = taken.address() as AddressInfo;

    const service = await ServiceProcess.spawn({ ...onGivenMongo(), PORT: String(port), HOST: '127.0.0.1' });
    const exit = await service.exit;
    taken.close();

    expect(exit).toEqual({ code: 1, signal: null });
    expect(service.stderr).toMatch(new RegExp(`^[^\\n]*\\b${port}\\b[^\\n]*in use[^\\n]*\\n$|^[^\\n]*in use[^\\n]*\\b${port}\\b[^\\n]*\\n$`));
    expect(service.stderr).toMatch(/\bPORT\b/);
    expect(service.stdout + service.stderr).not.toMatch(STACK_LINE);
    expect(service.stdout).not.toMatch(/"stack"|listening on/);
  });
});

describe('A wrong variable', () => {
  const WRONG = {
    NODE_ENV: 'staging',
    PORT: 'abc',
    MONGODB_URI: 'http://user:hush4f8a@example.com',
    MONGODB_CLUSTERS: 'example.com',
    CONTROL_DATABASE: 'admin',
    DEFAULT_TENANT: 'Ace!',
    DEMO: 'yes',
    TRUST_PROXY: 'nonsense',
    CORS_ORIGINS: 'not an origin',
    DOCS: 'maybe',
    BODY_LIMIT: 'big',
    MESSAGE_LIMIT: '0',
    PARTICIPANT_LIMIT: 'many',
    TENANTS_IN_MEMORY: '-1',
    DIRECTORY_REFRESH_MS: '1',
    DATABASE_TIMEOUT_MS: '9000',
    LOG_LEVEL: 'loud',
    LOG_FORMAT: 'xml',
  };
  const neverMade = () => join(scratch, 'never-made');
  const endOf = async (variables: Variables) => {
    const service = await ServiceProcess.spawn({ MONGO_DATA: neverMade(), ...variables });
    const exit = await Promise.race([service.exit, service.listening().then(() => 'it listens', () => service.exit)]);
    return { exit, said: service.stdout + service.stderr };
  };
  afterEach(async () => {
    await ServiceProcess.killAll();
    await eventually(() => rm(neverMade(), { recursive: true, force: true }), { within: STOP_MS });
  });

  it.each([
    ['PORT', 'abc'],
    ['LOG_LEVEL', 'loud'],
    ['HOST', 'not a host'],
    ['MONGODB_URI', 'mongodb://'],
    ['MONGOD_BINARY', '/nonexistent/mongod'],
  ])('stops the start and is named: %s=%s', async (name, value) => {
    const { exit, said } = await endOf({ [name]: value });

    expect({ exit, said }).toEqual({ exit: { code: 1, signal: null }, said: expect.stringContaining(name) });
    expect(said).not.toMatch(STACK_LINE);
  });

  it('is named among all others that are wrong, and their secrets are not told', async () => {
    const { exit, said } = await endOf(WRONG);

    expect(exit).toEqual({ code: 1, signal: null });
    expect(Object.keys(WRONG).filter((name) => !said.includes(name))).toEqual([]);
    expect(said).not.toContain('hush4f8a');
    expect(existsSync(neverMade())).toBe(false);
  });

  it('is also one that is missing: MONGODB_URI in production', async () => {
    const { exit, said } = await endOf({ NODE_ENV: 'production' });

    expect({ exit, said }).toEqual({ exit: { code: 1, signal: null }, said: expect.stringMatching(/^[^\n]*MONGODB_URI[^\n]*production[^\n]*\n$/) });
    expect(existsSync(neverMade())).toBe(false);
  });
});

/** The request lines of that id, when there are any. */
function loggedAs(service: ServiceProcess, id: string): Promise<Record<string, unknown>[]> {
  const lines = () => service.log('request').filter(({ request_id }) => request_id === id);
  return eventually(
    () => {
      expect(lines()).not.toEqual([]);
      return lines();
    },
    { within: 5_000 },
  );
}

const SLOW_BODY = JSON.stringify({ names: ['late'] });

/** Begins a call that makes a tenant; when this answers, the service has accepted it and waits for its body. */
async function beginSlowCall(url: string, headers: Record<string, string> = {}, agent = new Agent()): Promise<ClientRequest> {
  const call = httpRequest(`${url}/admin/tenants/late`, {
    method: 'PUT',
    agent,
    headers: { ...admin, ...headers, 'content-type': 'application/json', 'content-length': SLOW_BODY.length, expect: '100-continue' },
  });
  await once(call, 'continue');
  return call;
}

async function finishSlowCall(call: ClientRequest): Promise<{ status: number | undefined; body: unknown }> {
  call.end(SLOW_BODY);
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of answer) text += String(part);
  return { status: answer.statusCode, body: JSON.parse(text) };
}

/** Makes a call whose connection stays open. */
async function keepAliveCall(url: string, agent: Agent): Promise<void> {
  const call = httpRequest(`${url}/health/live`, { agent }).end();
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
}

async function listenAnywhere(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
