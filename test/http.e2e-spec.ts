import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

import request, { type Response } from 'supertest';

import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(30_000);

const LIST = '/api/room/fetchRoomByUserAgent';
const PANEL = 'https://panel.example';
const ALLOWED = ['authorization', 'client', 'language', 'currency', 'code', 'content-type', 'idempotency-key', 'if-none-match', 'traceparent', 'tracestate'];
// What a browser would load from, or link to, elsewhere. The names of XML's own vocabularies are never fetched.
const ELSEWHERE = /(?:https?:)?\/\/(?!www\.w3\.org\/)[\w-]+(?:\.[\w-]+)+[^\s"'`)<]*/g;

let service: TestApp;
let agentOfTenant: { agent_db: string; agent_id: number; type: string };

beforeAll(async () => {
  service = await startApp();
  const tenant = await newTenant(service);
  for (let order = 0; order < 12; order += 1) {
    const room = await aRoom(service, tenant);
    await aMessage(service, tenant, room._id);
  }
  agentOfTenant = { agent_db: tenant.key, agent_id: 141, type: 'agent_to_user' };
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
}, 60_000);

/** Runs `use` on a service of its own with these variables. */
async function withApp(variables: Record<string, string>, use: (other: TestApp) => Promise<void>): Promise<void> {
  const other = await startApp({ CONTROL_DATABASE: service.config.mongo.controlDatabase, ...variables });
  try {
    await use(other);
  } finally {
    await other.close();
  }
}

const list = (of = service) => request(of.url).post(LIST).send(agentOfTenant);

/** One answer of every kind. */
async function answersOfAllKinds(): Promise<[kind: string, answer: Response][]> {
  const of = request(service.url);
  return [
    ['a list', await list()],
    ['a list by path', await of.post(`/t/${agentOfTenant.agent_db}${LIST}`).send(agentOfTenant)],
    ['health', await of.get('/health/live')],
    ['documentation', await of.get('/docs').redirects(1)],
    ['the document', await of.get('/docs-json')],
    ['400', await of.post(LIST).send({})],
    ['400 for no JSON', await of.post(LIST).type('json').send('{')],
    ['401', await of.get('/admin/tenants')],
    ['404', await of.get('/nowhere')],
    ['413', await of.post(LIST).send({ ...agentOfTenant, note: 'x'.repeat(200_000) })],
    ['415', await of.post(LIST).type('text/plain').send('x')],
  ];
}

describe('Every answer', () => {
  it('carries the security headers, names no software, and has no ETag', async () => {
    for (const [kind, { headers }] of await answersOfAllKinds()) {
      expect({ kind, headers }).toEqual({
        kind,
        headers: expect.objectContaining({
          'x-content-type-options': 'nosniff',
          'cross-origin-resource-policy': 'cross-origin',
          'content-security-policy': expect.stringContaining("default-src 'self'"),
          'x-frame-options': 'SAMEORIGIN',
          'referrer-policy': 'no-referrer',
          'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        }),
      });
      expect({ kind, policy: headers['content-security-policy'] }).toEqual({
        kind,
        policy: expect.not.stringContaining('upgrade-insecure-requests'),
      });
      expect({ kind, names: Object.keys(headers) }).toEqual({ kind, names: expect.not.arrayContaining(['x-powered-by', 'server', 'etag', 'set-cookie']) });
    }
  });

  it('has the status that it should have, and errors are JSON in the shape of the wire', async () => {
    const statuses = Object.fromEntries((await answersOfAllKinds()).map(([kind, { status }]) => [kind, status]));
    const errors = (await answersOfAllKinds()).filter(([, { status }]) => status >= 400).map(([, { status, type, body }]) => [status, type, Object.keys(body as object)]);

    expect(statuses).toEqual({
      ...{ 'a list': 200, 'a list by path': 200, health: 200, documentation: 200, 'the document': 200 },
      ...{ '400': 400, '400 for no JSON': 400, '401': 401, '404': 404, '413': 413, '415': 415 },
    });
    const keys = ['status', 'statusCode', 'error', 'message'];
    expect(errors).toEqual([
      [400, 'application/json', [...keys, 'roomData']],
      [400, 'application/json', [...keys, 'roomData']],
      [401, 'application/json', keys],
      [404, 'application/json', keys],
      [413, 'application/json', [...keys, 'roomData']],
      [415, 'application/json', [...keys, 'roomData']],
    ]);
  });
});

describe('A page of another origin', () => {
  it('may read every answer, errors too, without cookies', async () => {
    const of = request(service.url);
    const calls = [list(), of.post(LIST).send({}), of.get('/nowhere'), of.get('/health/live'), of.post(LIST).type('json').send('{'), of.get('/admin/tenants')];

    for (const call of calls) {
      const { headers } = await call.set('origin', PANEL);
      expect(headers['access-control-allow-origin']).toBe(PANEL);
      expect(headers.vary).toMatch(/\bOrigin\b/);
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
      expect(headers['access-control-expose-headers']!.split(',').map((name) => name.trim().toLowerCase())).toEqual(
        expect.arrayContaining(['x-request-id', 'retry-after']),
      );
    }
  });

  it.each([LIST, `/t/any${LIST}`, '/api//room/fetchRoomByUserAgent', '/admin/tenants/ace', '/nowhere'])('may ask first, of %s', async (path) => {
    const answer = await request(service.url)
      .options(path)
      .set('origin', PANEL)
      .set('access-control-request-method', 'POST')
      .set('access-control-request-headers', ALLOWED.join(', '));

    expect({ status: answer.status, text: answer.text }).toEqual({ status: 204, text: '' });
    expect(answer.headers['access-control-allow-origin']).toBe(PANEL);
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    expect(namesIn(answer.headers['access-control-allow-headers'])).toEqual([...ALLOWED].sort());
    expect(namesIn(answer.headers['access-control-allow-methods'])).toEqual(expect.arrayContaining(['delete', 'get', 'post', 'put']));
  });

  it('is another thing where CORS_ORIGINS names who may', async () => {
    await withApp({ CORS_ORIGINS: `${PANEL}, https://shop.example:8443` }, async (other) => {
      const allowed = async (origin: string) => (await list(other).set('origin', origin)).headers['access-control-allow-origin'];

      expect(await allowed(PANEL)).toBe(PANEL);
      expect(await allowed('https://shop.example:8443')).toBe('https://shop.example:8443');
      for (const stranger of ['https://shop.example', 'http://panel.example', 'https://panel.example.evil', 'https://a.panel.example', 'null']) {
        expect(await allowed(stranger)).toBeUndefined();
      }
      const preflight = await request(other.url).options(LIST).set('origin', 'https://evil.example').set('access-control-request-method', 'POST');
      expect(preflight.headers).not.toHaveProperty('access-control-allow-origin');
    });
  });
});

describe('Compression', () => {
  const encodingOf = async (accepted: string, path = LIST) => {
    const call = path === LIST ? list() : request(service.url).get(path);
    return (await call.set('accept-encoding', accepted)).headers['content-encoding'];
  };

  it('is there for a large answer when it is asked for, and the answer is the same', async () => {
    const plain = await list().set('accept-encoding', 'identity');
    const small = await list().set('accept-encoding', 'gzip');

    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect(small.headers['content-encoding']).toBe('gzip');
    expect(small.headers.vary).toMatch(/\bAccept-Encoding\b/);
    expect(small.text).toBe(plain.text);
    expect(plain.body.roomData).toHaveLength(12);
  });

  it('is not there unasked, nor for a small answer', async () => {
    expect(await encodingOf('')).toBeUndefined();
    expect(await encodingOf('gzip;q=0, identity')).toBeUndefined();
    expect(await encodingOf('gzip', '/health/live')).toBeUndefined();
    expect(await encodingOf('gzip', '/docs-json')).toBe('gzip');
  });
});

describe('A body', () => {
  const withNote = (length: number) => ({ ...agentOfTenant, note: 'x'.repeat(length) });
  const TOO_LARGE = { status: false, statusCode: 413, error: 'BODY_TOO_LARGE', message: expect.stringMatching(/^[A-Z].+\.$/), roomData: [] };

  it('may have 100 kB and no more, as JSON, as a form, compressed or without a length', async () => {
    const packed = gzipSync(JSON.stringify(withNote(2_000_000)));
    const post = () => request(service.url).post(LIST);
    const answers = await Promise.all([
      post().send(withNote(102_500)),
      post().type('form').send(withNote(102_500)),
      post().type('json').set('content-encoding', 'gzip').serialize((body: unknown) => body as string).send(packed as unknown as object),
    ]);

    expect(answers.map(({ status, body }) => [status, body as unknown])).toEqual(answers.map(() => [413, TOO_LARGE]));
    expect(await postWithoutLength(JSON.stringify(withNote(102_500)))).toBe(413);
    expect(await postWithoutLength(JSON.stringify(withNote(102_000)))).toBe(200);
    expect((await post().send(withNote(102_000))).status).toBe(200);
    expect((await post().type('form').send(withNote(102_000))).status).toBe(200);
  });

  it('may have what BODY_LIMIT says', async () => {
    await withApp({ BODY_LIMIT: '1kb' }, async (other) => {
      const statusOf = async (length: number) => (await request(other.url).post(LIST).send(withNote(length))).status;

      expect([await statusOf(800), await statusOf(1_024)]).toEqual([200, 413]);
    });
  });

  it('may come compressed', async () => {
    const call = request(service.url).post(LIST).type('json').set('content-encoding', 'gzip').serialize((body: unknown) => body as string);

    expect((await call.send(gzipSync(JSON.stringify(agentOfTenant)) as unknown as object)).status).toBe(200);
  });
});

describe('The documentation', () => {
  const refersTo = (html: string) => [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, reference]) => reference!);

  it('is served from this host only: nothing of it is to be loaded from elsewhere', async () => {
    const page = await request(service.url).get('/docs/');
    expect({ status: page.status, type: page.type }).toEqual({ status: 200, type: 'text/html' });
    expect(page.text.match(ELSEWHERE)).toBeNull();

    const references = refersTo(page.text).filter((reference) => !reference.startsWith('data:'));
    expect(references).toEqual(expect.arrayContaining([expect.stringMatching(/\.css$/), expect.stringMatching(/\.js$/)]));
    for (const reference of references) {
      const asset = new URL(reference, `${service.url}/docs/`);
      expect(asset.origin).toBe(service.url);
      expect({ reference, status: (await request(service.url).get(asset.pathname)).status }).toEqual({ reference, status: 200 });
    }
  });

  it('names no other host in its settings, its licence aside', async () => {
    const { text } = await request(service.url).get('/docs/swagger-ui-init.js');

    expect([...new Set(text.match(ELSEWHERE))].filter((url) => !/\.example\b|opensource\.org/.test(url))).toEqual([]);
    expect(text).toContain('"tryItOutEnabled": true');
  });

  it('describes the service at /docs-json', async () => {
    const { body, type } = await request(service.url).get('/docs-json');

    expect(type).toBe('application/json');
    expect(body.openapi).toMatch(/^3\./);
    expect(Object.keys(body.paths as object)).toEqual(expect.arrayContaining([LIST, '/health/live', '/health/ready', '/admin/tenants/{key}']));
  });

  it.each([{ DOCS: 'off' }, { NODE_ENV: 'production' }])('is not there with %j', async (variables) => {
    await withApp({ ...variables }, async (other) => {
      for (const path of ['/docs', '/docs/', '/docs-json', '/docs/swagger-ui.css', '/docs/swagger-ui-init.js', '/docs/swagger-ui-bundle.js']) {
        const { status, body } = await request(other.url).get(path);
        expect({ path, status, body: body as unknown }).toEqual({ path, status: 404, body: expect.objectContaining({ error: 'ROUTE_NOT_FOUND', statusCode: 404 }) });
      }
    });
  });

  it('is there in production where DOCS says so', async () => {
    await withApp({ NODE_ENV: 'production', DOCS: 'on' }, async (other) => {
      expect((await request(other.url).get('/docs-json')).status).toBe(200);
    });
  });
});

describe('Other methods and odd requests', () => {
  it('HEAD answers as GET does, without a body', async () => {
    const head = await request(service.url).head('/health/live');

    expect({ status: head.status, text: head.text }).toEqual({ status: 200, text: undefined });
    expect(head.headers['content-length']).toBe(String('{"status":"ok"}'.length));
  });

  it('OPTIONS without an origin is answered and is no call', async () => {
    const { status } = await request(service.url).options(LIST);

    expect([200, 204]).toContain(status);
  });

  it.each(['put', 'patch', 'delete'] as const)('%s of a route that is for POST is no route', async (method) => {
    const { status, body } = await request(service.url)[method](LIST);

    expect({ status, body: body as unknown }).toEqual({
      status: 404,
      body: { status: false, statusCode: 404, error: 'ROUTE_NOT_FOUND', message: expect.any(String), roomData: [] },
    });
  });

  it.each(['/%E0%A4%A', '/api/room/%', '/t/%zz/api/room/x', '/%00', '/..%2f..%2fetc%2fpasswd', '/docs/..%2f..%2fpackage.json', '/__proto__', '//evil.example/x'])(
    'a path such as %s gets a plain refusal in JSON',
    async (path) => {
      const answer = await rawGet(path);

      expect(answer).toMatch(/^HTTP\/1\.1 (400|404) /);
      expect(answer).toContain('Content-Type: application/json');
      expect(answer).toMatch(/"error":"(VALIDATION_FAILED|ROUTE_NOT_FOUND|TENANT_UNKNOWN)"/);
      expect(answer).not.toMatch(/node_modules|\bat \w|URIError|NotFound|Cannot GET/);
    },
  );
});

describe('Health', () => {
  it('says so when all is well, to be asked anew each time', async () => {
    for (const which of ['live', 'ready']) {
      const { status, body, headers } = await request(service.url).get(`/health/${which}`);
      expect({ status, body: body as unknown, cache: headers['cache-control'] }).toEqual({ status: 200, body: { status: 'ok' }, cache: 'no-store' });
    }
  });
});

function namesIn(header: string | undefined): string[] {
  return (header ?? '').split(',').map((name) => name.trim().toLowerCase()).sort();
}

/** Posts the body in chunks, its length untold, and answers the status. */
async function postWithoutLength(body: string): Promise<number | undefined> {
  const call = httpRequest(`${service.url}${LIST}`, { method: 'POST', headers: { 'content-type': 'application/json' } });
  call.write(body.slice(0, 1_000));
  call.end(body.slice(1_000));
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

/** Asks for exactly this path, which no client library touches, and answers all that comes back. */
async function rawGet(path: string): Promise<string> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (part: Buffer) => (answer += part.toString()));
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
  await once(socket, 'close');
  return answer;
}
