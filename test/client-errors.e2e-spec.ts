import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import mongoose from 'mongoose';

import { AnteroomClient, AnteroomError, type NewRoom } from '../client/src/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(60_000);

const BACK_MS = 15_000;
const NOBODY = '0123456789abcdef01234567';
const ANYBODY = { agent_id: 141, type: 'agent_to_user' };

let service: TestApp;
let tenant: Tenant;
let client: AnteroomClient;

beforeAll(async () => {
  service = await startApp();
  tenant = await newTenant(service);
  client = new AnteroomClient({ baseUrl: `${service.url}/t/${tenant.key}` });
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
}, 60_000);

/** The error that the call throws. */
async function errorOf(call: Promise<unknown>): Promise<AnteroomError> {
  const error: unknown = await call.then(
    () => new Error('It was answered.'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AnteroomError);
  return error as AnteroomError;
}

/** Runs `use` on a web server that answers everything so. */
async function withServer(answer: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}

describe('A call that the service refuses', () => {
  it.each([
    ['a room without a name', 'VALIDATION_FAILED', 400, () => client.rooms.create({} as NewRoom)],
    ['a cursor that is none', 'CURSOR_INVALID', 400, () => client.rooms.ofAgent(ANYBODY).page({ limit: 5, cursor: 'none' })],
    ['two ends of a history', 'VALIDATION_FAILED', 400, () => client.messages.history(NOBODY, { before: NOBODY, after_seq: 1 })],
    ['an unknown room', 'ROOM_NOT_FOUND', 404, () => client.rooms.get(NOBODY)],
    ['participants of an unknown room', 'ROOM_NOT_FOUND', 404, () => client.rooms.participants(NOBODY)],
    ['a message to an unknown room', 'ROOM_NOT_FOUND', 404, () => client.messages.send({ room_id: NOBODY, user_type: 'user' })],
    ['an agent who has said nothing', 'LOCATION_NOT_FOUND', 404, () => client.locations.get({ agent_id: 1, order_id: 1 })],
  ])('throws what the service says of it: %s', async (_, code, status, call) => {
    const error = await errorOf(call());

    expect(error).toMatchObject({ name: 'AnteroomError', code, status, retryAfterSeconds: null });
    expect(error.message).toMatch(/^[A-Za-z].+/);
  });

  it('names the request by which the log knows it', async () => {
    const { requestId } = await errorOf(client.rooms.get(NOBODY));

    expect(requestId).toMatch(/^[\w-]{36}$/);
    expect(service.log.filter(({ request_id }) => request_id === requestId)).toContainEqual(expect.objectContaining({ status: 404, tenant: tenant.key }));
  });

  it('throws from the first page of an iteration', async () => {
    const pages = new AnteroomClient({ baseUrl: `${service.url}/t/unknown` }).rooms.ofAgent(ANYBODY).pages();

    expect(await errorOf(pages.next())).toMatchObject({ code: 'TENANT_UNKNOWN', status: 404 });
  });

  it('is one without a deployment, with one that is suspended, or with one that asks for a credential', async () => {
    const suspended = await newTenant(service, { status: 'suspended' });
    const closed = await newTenant(service, { auth: { http: 'required', sockets: 'required' } });
    const list = (path: string) => new AnteroomClient({ baseUrl: `${service.url}${path}` }).rooms.ofAgent(ANYBODY).all();

    expect(await errorOf(list(''))).toMatchObject({ code: 'TENANT_REQUIRED', status: 400 });
    expect(await errorOf(list(`/t/${suspended.key}`))).toMatchObject({ code: 'TENANT_SUSPENDED', status: 403 });
    expect(await errorOf(list(`/t/${closed.key}`))).toMatchObject({ code: 'CREDENTIAL_REFUSED', status: 403 });
  });
});

describe('A token', () => {
  /** A client that notes the credential of each call that it makes. */
  function noting(options: { token?: string | (() => string | Promise<string>) }) {
    const seen: (string | null)[] = [];
    const noted = (request: Request): Promise<Response> => {
      seen.push(request.headers.get('authorization'));
      return fetch(request);
    };
    return { seen, of: new AnteroomClient({ baseUrl: `${service.url}/t/${tenant.key}`, fetch: noted, ...options }) };
  }

  it('goes along with every call, and a function is asked for it anew each time', async () => {
    let asked = 0;
    const fixed = noting({ token: 'opaque' });
    const renewed = noting({ token: async () => `token-${++asked}` });
    const none = noting({});
    for (const { of } of [fixed, renewed, none]) {
      await of.rooms.ofAgent(ANYBODY).all();
      await of.rooms.ofOrder('1').all();
    }

    expect(fixed.seen).toEqual(['Bearer opaque', 'Bearer opaque']);
    expect(renewed.seen).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(none.seen).toEqual([null, null]);
  });

  it('that cannot be had is the error of whoever gives it', async () => {
    const { of, seen } = noting({ token: () => Promise.reject(new RangeError('No token today.')) });

    await expect(of.rooms.ofAgent(ANYBODY).all()).rejects.toThrow(new RangeError('No token today.'));
    expect(seen).toEqual([]);
  });
});

describe('Without an answer of the service', () => {
  const list = (baseUrl: string, timeoutMs = 10_000) => new AnteroomClient({ baseUrl, timeoutMs }).rooms.ofAgent(ANYBODY).all();

  it('nobody there is NO_ANSWER, with the cause', async () => {
    let gone = '';
    await withServer(
      () => undefined,
      async (url) => void (gone = url),
    );
    const error = await errorOf(list(gone));

    expect(error).toMatchObject({ code: 'NO_ANSWER', status: 0, requestId: null });
    expect(error.cause).toMatchObject({ message: 'fetch failed' });
  });

  it('silence is TIMED_OUT, before the answer and within it', async () => {
    await withServer(
      () => undefined,
      async (url) => expect(await errorOf(list(url, 50))).toMatchObject({ code: 'TIMED_OUT', status: 0 }),
    );
    await withServer(
      (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"roomData":['),
      async (url) => expect(await errorOf(list(url, 200))).toMatchObject({ code: 'TIMED_OUT', status: 0 }),
    );
  });

  it.each([
    { kind: 'a page of a proxy', status: 502, text: '<html>Bad gateway</html>', told: 502 },
    { kind: 'JSON of something else', status: 404, text: '{"detail":"Not found"}', told: 404 },
    { kind: 'no JSON', status: 200, text: '<html>Welcome</html>', told: 0 },
    { kind: 'nothing', status: 200, text: '', told: 200 },
  ])('$kind is ANSWER_UNREADABLE', async ({ status, text, told }) => {
    await withServer(
      (_, response) => void response.writeHead(status, { 'content-length': Buffer.byteLength(text) }).end(text),
      async (url) => expect(await errorOf(list(url))).toMatchObject({ code: 'ANSWER_UNREADABLE', status: told }),
    );
  });
});

describe('A database that is away', () => {
  it('is DATABASE_UNAVAILABLE and says how long to wait, and the next call is answered when it is back', async () => {
    const mongo = new mongoose.mongo.MongoClient(process.env.MONGODB_URI!);
    const proxy = await TcpProxy.start(await primaryOf(mongo));
    const behind = await startApp({ MONGODB_URI: through(proxy), CONTROL_DATABASE: service.config.mongo.controlDatabase });
    try {
      const of = new AnteroomClient({ baseUrl: `${behind.url}/t/${tenant.key}` });
      expect(await of.rooms.ofOrder('1').all()).toEqual([]);
      proxy.refuse();
      const error = await errorOf(of.rooms.ofOrder('1').all());
      expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE', status: 503 });
      expect(error.retryAfterSeconds).toBeGreaterThan(0);
      proxy.pass();
      expect(await eventually(() => of.rooms.ofOrder('1').all(), { within: BACK_MS })).toEqual([]);
    } finally {
      await behind.close();
      await proxy.close();
      await mongo.close();
    }
  });

  async function primaryOf(mongo: mongoose.mongo.MongoClient): Promise<{ host: string; port: number }> {
    const { primary } = (await mongo.db('admin').command({ hello: 1 })) as unknown as { primary: string };
    const { hostname, port } = new URL(`http://${primary}`);
    return { host: hostname, port: Number(port) };
  }

  /** The MongoDB by way of the proxy, and its other members not at all. */
  function through({ port }: TcpProxy): string {
    const given = new URL(process.env.MONGODB_URI!);
    given.host = `127.0.0.1:${port}`;
    given.searchParams.delete('replicaSet');
    given.searchParams.set('directConnection', 'true');
    return given.href;
  }
});
