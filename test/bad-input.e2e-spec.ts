import { gzipSync } from 'node:zlib';

import type { mongo } from 'mongoose';
import request from 'supertest';

import { Clusters } from '../src/mongo/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aStoredRoom, storeRooms } from './support/build.js';
import { monitored, onCommand } from './support/explain.js';
import { fc } from './support/properties.js';
import { dropAll, newTenant } from './support/tenants.js';

const ROUTE = '/api/room/fetchRoomByUserAgent';
const JSON_TYPE = { 'Content-Type': 'application/json' };
const FORM_TYPE = { 'Content-Type': 'application/x-www-form-urlencoded' };
const LONE_SURROGATE = '\ud800';
const NO_ROOMS = { roomData: [], status: true, statusCode: 200 };

/** Every status and code that this route may answer beside 200, as the wire's document lists them. */
const DOCUMENTED = [
  ...['400 VALIDATION_FAILED', '400 CURSOR_INVALID', '400 TENANT_REQUIRED'],
  ...['403 TENANT_MISMATCH', '403 TENANT_SUSPENDED', '403 CREDENTIAL_REFUSED'],
  ...['404 TENANT_UNKNOWN', '404 ROUTE_NOT_FOUND', '413 BODY_TOO_LARGE', '415 CONTENT_TYPE_UNSUPPORTED'],
];

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const refusal = (statusCode: number, error: string, named = ''): Answer => ({
  status: statusCode,
  body: { status: false, statusCode, error, message: expect.stringContaining(named) as string, roomData: [] },
});
const without = (fields: Record<string, unknown>, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([field]) => field !== name));
const invalid = (named: string): Answer => refusal(400, 'VALIDATION_FAILED', named);

describe('POST /api/room/fetchRoomByUserAgent', () => {
  let service: TestApp;
  let client: mongo.MongoClient;
  let tenant: Tenant;
  const touched = new Set<string>();

  /** Sends a body as it stands, and checks what holds for every answer of this service. */
  async function send(body: string | Buffer<ArrayBuffer>, headers: Record<string, string> = JSON_TYPE, path = ROUTE, method = 'POST'): Promise<Answer> {
    const response = await fetch(service.url + path, { method, headers, ...(method === 'GET' ? {} : { body }) });
    const text = await response.text();
    expect(response.status).not.toBe(401);
    expect(text).not.toMatch(/mongo|anteroom_|test_control_|node_modules|\bat .+:\d+:\d+/i);
    return { status: response.status, body: JSON.parse(text) as Answer['body'] };
  }
  const ask = (body: object, path?: string): Promise<Answer> => send(JSON.stringify(body), JSON_TYPE, path);
  const askForm = (fields: string): Promise<Answer> => send(fields, FORM_TYPE);
  const good = (): Record<string, unknown> => ({ agent_db: tenant.key, agent_id: '141', type: 'agent_to_user' });

  beforeAll(async () => {
    service = await startApp({ MONGODB_URI: monitored(process.env.MONGODB_URI ?? '') });
    client = await service.app.get(Clusters).default.run(async (connection) => connection.getClient());
    tenant = await newTenant(service);
    await storeRooms(service, tenant, [aStoredRoom(tenant.key, { agent_id: '7' })]);
    onCommand(client, ({ databaseName }) => touched.add(databaseName));
  });
  afterAll(async () => {
    await dropAll(service);
    await service.close();
  });

  describe('finds no deployment', () => {
    const rest = { agent_id: '141', type: 'agent_to_user' };

    it('without any hint: 400, naming what can carry one', async () => {
      for (const field of ['agent_db', 'db_name', 'sub_domain', 'client', '/t/']) {
        expect(await ask(rest)).toStrictEqual(refusal(400, 'TENANT_REQUIRED', field));
      }
    });

    it.each([{}, { agent_db: '' }, { agent_db: null, db_name: null }, { sub_domain: '192.168.101.88' }, { client_id: 1 }])(
      'with hints that say nothing: %j',
      async (hints) => {
        expect(await ask({ ...rest, ...hints })).toStrictEqual(refusal(400, 'TENANT_REQUIRED'));
      },
    );

    it.each(['', ' ', '[', '[::1', 'a:b:c', ':80', '..', 'localhost', '$where', '\u00e4', 'x'.repeat(300)])('with the Host header %j', async (host) => {
      const { status, body } = await request(service.url).post(ROUTE).set('Host', host).send(rest);
      expect({ status, body }).toStrictEqual(refusal(400, 'TENANT_REQUIRED'));
    });

    it.each([{ agent_db: 'nobody' }, { db_name: 'nobody' }, { agent_db: 'nobody', db_name: 'nobody-too' }, { agent_db: 5 }])(
      'with names that nobody has registered: %j',
      async (hints) => {
        expect(await ask({ ...rest, ...hints })).toStrictEqual(refusal(404, 'TENANT_UNKNOWN'));
      },
    );

    it('with a path prefix or query that nobody has registered', async () => {
      expect(await ask(rest, `/t/nobody${ROUTE}`)).toStrictEqual(refusal(404, 'TENANT_UNKNOWN'));
      expect(await ask(rest, `/t/%00${ROUTE}`)).toStrictEqual(refusal(404, 'TENANT_UNKNOWN'));
      expect(await ask(rest, `${ROUTE}?agent_db=nobody`)).toStrictEqual(refusal(404, 'TENANT_UNKNOWN'));
    });

    it('with names of two: 403', async () => {
      const other = await newTenant(service);
      expect(await ask({ ...good(), db_name: other.key })).toStrictEqual(refusal(403, 'TENANT_MISMATCH'));
      expect(await ask(good(), `/t/${other.key}${ROUTE}`)).toStrictEqual(refusal(403, 'TENANT_MISMATCH'));
      expect(await ask(good(), `${ROUTE}?db_name=${other.key}`)).toStrictEqual(refusal(403, 'TENANT_MISMATCH'));
    });

    it('that admits it: 403, never 401', async () => {
      const closed = await newTenant(service, { auth: { http: 'required' } });
      const suspended = await newTenant(service, { status: 'suspended' });
      expect(await ask({ ...good(), agent_db: closed.key })).toStrictEqual(refusal(403, 'CREDENTIAL_REFUSED'));
      expect(await ask({ ...good(), agent_db: suspended.key })).toStrictEqual(refusal(403, 'TENANT_SUSPENDED'));
    });
  });

  describe('refuses a match field and names it', () => {
    it.each(['agent_id', 'type'])('when %s is missing', async (field) => {
      expect(await ask(without(good(), field))).toStrictEqual(invalid(field));
    });

    it('when both are missing, naming both', async () => {
      expect(await ask({ agent_db: tenant.key })).toStrictEqual(invalid('agent_id'));
      expect(await ask({ agent_db: tenant.key })).toStrictEqual(invalid('type'));
    });

    it('when agent_db is missing and the deployment has several names', async () => {
      const { key } = await newTenant(service, { names: [`${tenant.key}-a`, `${tenant.key}-b`] });
      expect(await ask({ agent_id: '141', type: 'agent_to_user' }, `/t/${key}${ROUTE}`)).toStrictEqual(invalid('agent_db'));
      expect(await ask({ agent_id: '141', type: 'agent_to_user', db_name: `${tenant.key}-a` })).toStrictEqual(invalid('agent_db'));
    });

    const notScalars: object[] = [{}, [], { $ne: null }, { $gt: '' }, ['141'], [[]], { toString: 'x' }, { length: 3 }, { constructor: 1 }, { ['__proto__']: 1 }];

    it.each(['agent_id', 'type', 'agent_db'].flatMap((field) => notScalars.map((value) => [field, value] as const)))('when %s is %j', async (field, value) => {
      expect(await ask({ ...good(), [field]: value })).toStrictEqual(invalid(field));
      expect(await ask({ ...good(), [field]: value }, `/t/${tenant.key}${ROUTE}`)).toStrictEqual(invalid(field));
    });

    it.each(['agent_id', 'type', 'agent_db'])('when %s is an object or a list of a form', async (field) => {
      const others = new URLSearchParams(without(good(), field) as Record<string, string>).toString();
      for (const odd of [`${field}[$ne]=1`, `${field}[]=1`, `${field}=1&${field}=2`, `${field}[0]=1`, `${field}[a][b]=1`, `${field}[__proto__]=1&${field}[a]=1`]) {
        expect(await askForm(`${others}&${odd}`)).toStrictEqual(invalid(field));
      }
    });

    it.each(['agent_id', 'type', 'agent_db'])('when %s has 201 characters, and takes 200', async (field) => {
      expect(await ask({ ...good(), [field]: 'x'.repeat(201) })).toStrictEqual(invalid(field));
      expect(await ask({ ...good(), [field]: 'x'.repeat(201) }, `/t/${tenant.key}${ROUTE}`)).toStrictEqual(invalid(field));
      expect(await ask({ ...good(), [field]: 'x'.repeat(200) }, `/t/${tenant.key}${ROUTE}`)).toStrictEqual({ status: 200, body: NO_ROOMS });
    });
  });

  describe('reaches no database that a request names', () => {
    const system = ['admin', 'config', 'local'];
    const odd = ['a.b', '$where', '../x', '..', 'anteroom', '/', ' ', '{"$ne":1}', 'a"b', LONE_SURROGATE];
    const isOfTests = (name: string): boolean => /^(anteroom_|test_)/.test(name);

    async function databases(): Promise<string[]> {
      const { databases: all } = await client.db('admin').admin().listDatabases({ nameOnly: true });
      return all.map(({ name }) => name).filter((name) => !isOfTests(name)).sort();
    }

    /** Runs `work` and asserts that nothing but the control database and the deployment's own was spoken to, and none was made. */
    async function expectUntouched(work: () => Promise<void>): Promise<void> {
      const before = await databases();
      touched.clear();
      await work();
      expect([...touched].filter((name) => name !== tenant.database && name !== service.config.mongo.controlDatabase)).toEqual([]);
      expect(await databases()).toEqual(before);
    }

    it.each([...system, ...odd])('agent_db %j: 404 alone, and plain data beside a path prefix', async (name) => {
      await expectUntouched(async () => {
        expect(await ask({ ...good(), agent_db: name })).toStrictEqual(refusal(404, 'TENANT_UNKNOWN'));
        expect(await ask({ ...good(), agent_db: name }, `/t/${tenant.key}${ROUTE}`)).toStrictEqual({ status: 200, body: NO_ROOMS });
      });
    });

    it.each([...system, ...odd])('db_name, client header and path key %j', async (name) => {
      const rest = without(good(), 'agent_db');
      const safe = encodeURIComponent(name === LONE_SURROGATE ? 'x' : name);
      await expectUntouched(async () => {
        expect(await ask({ ...rest, db_name: name })).toStrictEqual(refusal(404, 'TENANT_UNKNOWN'));
        expect(await send(JSON.stringify(rest), { ...JSON_TYPE, client: safe })).toStrictEqual(refusal(400, 'TENANT_REQUIRED'));
        expect((await ask(rest, `/t/${safe}${ROUTE}`)).status).toBe(name === '..' ? 400 : 404);
      });
    });

    it('ten kilobytes of agent_db: 400', async () => {
      await expectUntouched(async () => {
        expect(await ask({ ...good(), agent_db: 'a'.repeat(10_240) })).toStrictEqual(invalid('agent_db'));
        expect(await askForm(`agent_id=1&type=general&agent_db=${'a'.repeat(10_240)}`)).toStrictEqual(invalid('agent_db'));
      });
    });

    it('not even where a deployment is registered under such a name: its own database answers', async () => {
      const named = await newTenant(service, { names: system });
      await storeRooms(service, named, [aStoredRoom('admin', { room_name: 'its own' })]);
      touched.clear();
      const { body } = await ask({ ...good(), agent_db: 'admin' });
      expect(body.roomData).toMatchObject([{ room_name: 'its own' }]);
      expect([...touched].filter((name) => name !== service.config.mongo.controlDatabase)).toEqual([named.database]);
    });
  });

  describe('refuses a body', () => {
    it.each(['{', '{"agent_id":', '{agent_id:1}', "{'agent_id':1}", '{"agent_id":1}}', '"text"', '5', 'null', 'true', '\u0000', '{"a":\u0001}', 'undefined'])(
      'that is no JSON object: %j',
      async (body) => {
        expect(await send(body)).toStrictEqual(refusal(400, 'VALIDATION_FAILED', 'JSON'));
      },
    );

    it('that is a list', async () => {
      expect(await send('[]')).toStrictEqual(invalid('list'));
      expect(await send(JSON.stringify([good()]))).toStrictEqual(invalid('list'));
    });

    it.each(['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'application/octet-stream', 'nonsense', 'application/json; charset=nonsense', 'application/x-www-form-urlencoded; charset=nonsense'])(
      'of the type %s',
      async (type) => {
        expect(await send(JSON.stringify(good()), { 'Content-Type': type })).toStrictEqual(refusal(415, 'CONTENT_TYPE_UNSUPPORTED'));
      },
    );

    it('without a type', async () => {
      expect(await send(Buffer.from(JSON.stringify(good())), {})).toStrictEqual(refusal(415, 'CONTENT_TYPE_UNSUPPORTED'));
    });

    it('in an encoding that it does not have', async () => {
      const body = JSON.stringify(good());
      expect(await send(body, { ...JSON_TYPE, 'Content-Encoding': 'nonsense' })).toStrictEqual(refusal(415, 'CONTENT_TYPE_UNSUPPORTED'));
      expect(await send(body, { ...JSON_TYPE, 'Content-Encoding': 'gzip' })).toStrictEqual(refusal(400, 'VALIDATION_FAILED'));
    });

    it('over the limit, also one that only grows over it when unpacked', async () => {
      const large = JSON.stringify({ ...good(), extra: 'x'.repeat(110_000) });
      expect(await send(large)).toStrictEqual(refusal(413, 'BODY_TOO_LARGE'));
      expect(await send(`agent_id=${'x'.repeat(110_000)}`, FORM_TYPE)).toStrictEqual(refusal(413, 'BODY_TOO_LARGE'));
      expect(await send(gzipSync(large), { ...JSON_TYPE, 'Content-Encoding': 'gzip' })).toStrictEqual(refusal(413, 'BODY_TOO_LARGE'));
      expect(await send(JSON.stringify({ ...good(), extra: 'x'.repeat(90_000) }))).toStrictEqual({ status: 200, body: NO_ROOMS });
    });

    it('that is missing: as an empty one', async () => {
      expect(await send('', {}, `/t/${tenant.key}${ROUTE}`)).toStrictEqual(invalid('agent_id'));
      expect(await send('', JSON_TYPE, `/t/${tenant.key}${ROUTE}`)).toStrictEqual(invalid('type'));
      expect(await send('', {})).toStrictEqual(refusal(400, 'TENANT_REQUIRED'));
    });
  });

  describe('is not harmed by', () => {
    const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'length', 'toJSON', '__v', '$where', '', 'a.b'];
    const values = ['1', '"x"', 'null', '[]', '{}', '{"polluted":1}', '{"constructor":{"prototype":{"polluted":1}}}', '{"constructor":1}', '{"constructor":"x"}', '[{"__proto__":{"polluted":1}}]'];

    it.each(names)('a field %j, on top or inside, of whatever value', async (name) => {
      const start = JSON.stringify(good()).slice(0, -1);
      for (const value of values) {
        expect(await send(`${start},"${name}":${value}}`)).toStrictEqual({ status: 200, body: NO_ROOMS });
        expect(await send(`${start},"extra":{"${name}":${value}}}`)).toStrictEqual({ status: 200, body: NO_ROOMS });
      }
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    });

    it('a __proto__ that holds the fields: they stay missing', async () => {
      expect(await send(`{"agent_db":"${tenant.key}","__proto__":{"agent_id":"7","type":"agent_to_user"}}`)).toStrictEqual(invalid('agent_id'));
      expect(await send(`{"__proto__":{"agent_db":"${tenant.key}"},"agent_id":"7","type":"agent_to_user"}`)).toStrictEqual(refusal(400, 'TENANT_REQUIRED'));
      expect(await askForm(`agent_db=${tenant.key}&__proto__[agent_id]=7&__proto__[type]=agent_to_user`)).toStrictEqual(invalid('agent_id'));
    });

    it.each([100, 1_000, 10_000, 45_000])('lists and objects that are nested %i deep', async (depth) => {
      const start = JSON.stringify(good()).slice(0, -1);
      const objects = Math.min(depth, 15_000);
      for (const nested of ['['.repeat(depth) + ']'.repeat(depth), '{"a":'.repeat(objects) + '1' + '}'.repeat(objects)]) {
        const { status, body } = await send(`${start},"extra":${nested}}`);
        expect(['200 undefined', '400 VALIDATION_FAILED']).toContain(`${status} ${body.error as string}`);
        expect(await send(`${start},"agent_id":${nested}}`)).toStrictEqual(refusal(400, 'VALIDATION_FAILED'));
      }
    });

    it('a form that is nested deep', async () => {
      const start = new URLSearchParams(good() as Record<string, string>).toString();
      const { status, body } = await askForm(`${start}&a${'[b]'.repeat(500)}=1`);
      expect([status, body.error]).toEqual([400, 'VALIDATION_FAILED']);
    });

    it('a form with a list of a thousand ids, and answers or refuses one of nine thousand', async () => {
      const start = new URLSearchParams(good() as Record<string, string>).toString();
      const listOf = (count: number): string => Array.from({ length: count }, (_, index) => `&vendor_id[${index}]=1`).join('');
      expect(await askForm(start + listOf(1_000))).toStrictEqual({ status: 200, body: NO_ROOMS });
      expect(await askForm(start + '&vendor_id[]=1'.repeat(1_000))).toStrictEqual({ status: 200, body: NO_ROOMS });
      const short = listOf(9_000).replaceAll('vendor_id', 'a');
      expect([200, 413]).toContain((await askForm(start + short)).status);
      expect(await ask(good())).toStrictEqual({ status: 200, body: NO_ROOMS });
    }, 60_000);
  });

  describe('answers in the shape of the wire', () => {
    it.each(['PUT', 'PATCH', 'DELETE'])('to %s on this route: 404', async (method) => {
      expect(await send('{}', JSON_TYPE, ROUTE, method)).toStrictEqual(refusal(404, 'ROUTE_NOT_FOUND'));
      expect(await send('{}', JSON_TYPE, `/t/${tenant.key}${ROUTE}`, method)).toStrictEqual(refusal(404, 'ROUTE_NOT_FOUND'));
    });

    it('to GET on this route, which reads it as the id of a room: 400', async () => {
      expect(await send('', {}, ROUTE, 'GET')).toStrictEqual(refusal(400, 'TENANT_REQUIRED'));
      expect(await send('', {}, `/t/${tenant.key}${ROUTE}`, 'GET')).toStrictEqual(invalid('id must be an id'));
    });

    it.each(['/', '/api', '/api/nothing', '/t/ace', '/t//api/x', '/%', '/..%2f..%2fetc/passwd', '/socket.io/x'])(
      'to %s, which is no route: 404',
      async (path) => {
        const { status, body } = await ask(good(), path);
        expect([status, body]).toEqual([404, { status: false, statusCode: 404, error: 'ROUTE_NOT_FOUND', message: expect.any(String) }]);
      },
    );

    it.each(['/API/ROOM/FETCHROOMBYUSERAGENT', '/api/room/fetchroombyuseragent', '/Api/Room/fetchRoomByUserAgent/'])(
      'to %s: the same list, or 404, also refused in shape',
      async (path) => {
        expect((await ask({}, path)).body).toHaveProperty('roomData', []);
        const { status, body } = await ask(good(), path);
        expect([{ status: 200, body: NO_ROOMS }, { status: 404, body: refusal(404, 'ROUTE_NOT_FOUND').body }]).toContainEqual({ status, body });
      },
    );
  });

  describe('stands whatever is sent', () => {
    const scalar = fc.oneof(fc.string({ unit: 'binary', maxLength: 210 }), fc.integer(), fc.double(), fc.boolean(), fc.constantFrom(null, '', 'undefined', 'null', '$ne'));
    const any = fc.oneof({ weight: 3, arbitrary: scalar }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) });
    const known = ['agent_id', 'agent_db', 'db_name', 'type', 'limit', 'cursor', 'updated_since', 'sub_domain', 'client_id'];
    const fields = fc.record(Object.fromEntries(known.map((name) => [name, any])), { requiredKeys: [] });
    const few = fc.record({ agent_id: scalar, type: scalar, client_id: any, limit: fc.constantFrom(1, '500'), extra: any }, { requiredKeys: [] });
    const body = fc.oneof(
      fields.map((some) => JSON.stringify(some)),
      fields.map((some) => JSON.stringify({ ...good(), ...some })),
      { weight: 3, arbitrary: few.map((some) => JSON.stringify({ ...good(), ...some })) },
      fc.json({ maxDepth: 5 }),
      fc.string({ unit: 'binary' }),
    );
    const word = fc.string({ unit: 'grapheme-ascii', maxLength: 30 });
    const hints = fc.record({ prefix: fc.constantFrom(null, 'KNOWN').chain((one) => fc.oneof(fc.constant(one), word)), client: fc.option(word), type: fc.constantFrom(JSON_TYPE, JSON_TYPE, JSON_TYPE, FORM_TYPE) });

    it('with 200, or a status and code that the wire documents', async () => {
      await fc.assert(
        fc.asyncProperty(body, hints, async (text, { prefix, client: named, type }) => {
          const path = prefix === null ? ROUTE : `/t/${prefix === 'KNOWN' ? tenant.key : encodeURIComponent(prefix)}${ROUTE}`;
          const headers = { ...type, ...(named === null ? {} : { client: named }) };
          const answer = await send(text, headers, path);
          expect(['200 undefined', ...DOCUMENTED]).toContain(`${answer.status} ${answer.body.error as string}`);
          expect(answer.body).toMatchObject({ status: answer.status === 200, statusCode: answer.status });
        }),
        { numRuns: 150 },
      );
    }, 60_000);
  });
});
