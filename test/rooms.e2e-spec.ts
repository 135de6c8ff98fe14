import request from 'supertest';

import { RoomRepository, type Room } from '../src/room/index.js';
import { toId, type Id } from '../src/mongo/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage } from './support/build.js';
import { refusal } from './support/refusal.js';
import { dropAll, newTenant } from './support/tenants.js';

const ROUTE = '/api/room/createRoom';
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const NAME = 'OrderNo-52788594-orderId-10-oderVendor-7-agentId-141';

/** Every text field of a room but its name and type, as the number that a backend may send. */
const NUMBERS = {
  room_id: 52_788_594,
  order_vendor_id: 9,
  order_id: 10,
  agent_db: 77,
  vendor_id: 7,
  sub_domain: 192.168,
  vendor_user_id: 141,
  order_user_id: 1,
  agent_id: 141,
  db_name: 78,
  client_id: 1,
  p2p_id: 15,
  product_id: 12,
  vendor_name: 4711,
  product_name: 0,
  product_price: 12.5,
};
const FIELDS = Object.keys(NUMBERS);
const allAs = (value: unknown): Record<string, unknown> => Object.fromEntries(FIELDS.map((field) => [field, value]));

/** What the service adds to a new room. */
const ADDED = {
  _id: expect.stringMatching(/^[0-9a-f]{24}$/),
  status: true,
  type: 'general',
  isRaiseIssue: false,
  created_date: expect.stringMatching(ISO),
  updated_date: expect.stringMatching(ISO),
  __v: 0,
};

describe('POST /api/room/createRoom', () => {
  let service: TestApp;
  let tenant: Tenant;
  let made = 0;

  const send = (body: object, path = `/t/${tenant.key}${ROUTE}`, url = service.url): request.Test => request(url).post(path).send(body);
  const aName = (): string => `room ${++made}`;
  /** The room that a call with these fields makes. */
  const create = async (fields: object, path?: string): Promise<Record<string, unknown>> => {
    const answer = await send({ room_name: aName(), ...fields }, path).expect(200);
    expect(answer.body).toStrictEqual({ roomData: expect.anything(), status: false, statusCode: 200, message: 'created sucessfully!' });
    return answer.body.roomData;
  };
  const stored = async (id: unknown, of = tenant): Promise<Room | null> => service.app.get(RoomRepository).findById(of, toId(id as string) as Id);

  beforeAll(async () => {
    service = await startApp();
    tenant = await newTenant(service);
  });
  afterAll(async () => {
    await dropAll(service);
    await service.close();
  });

  describe('stores', () => {
    it('every field that is sent, numbers as text, and answers exactly the room', async () => {
      const answer = await send({ room_name: NAME, type: 'agent_to_user', ...NUMBERS }).expect(200);
      const texts = Object.fromEntries(Object.entries(NUMBERS).map(([field, value]) => [field, String(value)]));
      expect(answer.body).toStrictEqual({
        roomData: { ...ADDED, room_name: NAME, ...texts, type: 'agent_to_user' },
        status: false,
        statusCode: 200,
        message: 'created sucessfully!',
      });
      expect(answer.body.roomData).toMatchObject({ room_id: '52788594', product_price: '12.5', product_name: '0', client_id: '1' });
    });

    it('the same room from a form', async () => {
      const room = await send({ room_name: aName(), type: 'agent_to_user', ...NUMBERS }).type('form').expect(200);
      const texts = Object.fromEntries(Object.entries(NUMBERS).map(([field, value]) => [field, String(value)]));
      expect(room.body.roomData).toStrictEqual({ ...ADDED, room_name: expect.any(String), ...texts, type: 'agent_to_user' });
    });

    it('nulls as null', async () => {
      expect(await create(allAs(null))).toStrictEqual({ ...ADDED, room_name: expect.any(String), ...allAs(null) });
    });

    it('nothing for what is absent', async () => {
      expect(await create({})).toStrictEqual({ ...ADDED, room_name: expect.any(String) });
    });

    it.each(['', 'undefined', 'null', '+null 0000000000', ' ', '$bike', '{"$ne":1}', 'Ünal – 7 €', '0'])('the text %j as it is', async (text) => {
      expect(await create(allAs(text))).toStrictEqual({ ...ADDED, room_name: expect.any(String), ...allAs(text) });
    });

    it('texts of 200 characters', async () => {
      expect(await create(allAs('x'.repeat(200)))).toMatchObject(allAs('x'.repeat(200)));
    });

    it.each([
      [12.5, '12.5'],
      ['12.50', '12.50'],
      [0, '0'],
      [-3, '-3'],
      [true, 'true'],
    ])('product_price %j as %j', async (sent, kept) => {
      expect(await create({ product_price: sent })).toHaveProperty('product_price', kept);
    });

    it('names of a thousand characters', async () => {
      const long = `p2p-${++made}-`.padEnd(1_000, 'x');
      expect(await create({ room_name: long, product_name: long, vendor_name: long })).toMatchObject({ room_name: long, product_name: long, vendor_name: long });
    });

    it('a room_name that is a number as text', async () => {
      expect(await create({ room_name: 4_711 })).toHaveProperty('room_name', '4711');
    });

    it('an empty room: nobody in it, no message, both dates of now', async () => {
      const before = Date.now();
      const { _id, created_date, updated_date } = await create({ participants: [{ user_id: '1' }], last_message: { message: 'x' }, seq: 9 });
      expect(await stored(_id)).toMatchObject({ participants: [], last_message: null, seq: 0 });
      expect(updated_date).toBe(created_date);
      expect(Date.parse(created_date as string)).toBeGreaterThanOrEqual(before);
      expect(Date.parse(created_date as string)).toBeLessThanOrEqual(Date.now());
    });
  });

  describe('takes isRaiseIssue', () => {
    it.each([
      [0, false],
      [1, true],
      [false, false],
      [true, true],
      ['0', false],
      ['1', true],
      ['false', false],
      ['true', true],
    ])('%j as %j', async (sent, kept) => {
      expect(await create({ isRaiseIssue: sent })).toHaveProperty('isRaiseIssue', kept);
    });

    it.each(['0', '1', 'true', 'false'])('%s of a form', async (sent) => {
      const answer = await send({ room_name: aName(), isRaiseIssue: sent }).type('form').expect(200);
      expect(answer.body.roomData.isRaiseIssue).toBe(sent === '1' || sent === 'true');
    });

    it.each([null, '', 2, -1, 0.5, '2', 'yes', 'TRUE', 'null', 'undefined', 'toString', [], [1], {}, { $ne: 1 }])('never as %j', async (odd) => {
      const name = aName();
      expect((await send({ room_name: name, isRaiseIssue: odd }).expect(400)).body).toStrictEqual(refusal(400, 'VALIDATION_FAILED', 'isRaiseIssue'));
      expect((await send({ room_name: name }).expect(200)).body.status).toBe(false);
    });
  });

  describe('takes the type', () => {
    it.each([
      ['agent_to_user', 'agent_to_user'],
      ['agent-to-user', 'agent_to_user'],
      ['user_to_agent', 'agent_to_user'],
      ['user-to-agent', 'agent_to_user'],
      ['user_to-agent', 'agent_to_user'],
      ['vendor_to_user', 'vendor_to_user'],
      ['vendor-to-user', 'vendor_to_user'],
      ['user_to_vendor', 'vendor_to_user'],
      ['user-to-vendor', 'vendor_to_user'],
      ['user_to_user', 'user_to_user'],
      ['user-to-user', 'user_to_user'],
      ['general', 'general'],
      ['', 'general'],
      [null, 'general'],
      ['undefined', 'general'],
      ['null', 'general'],
      ['something-new', 'something_new'],
      [5, '5'],
    ])('%j as %s', async (sent, kept) => {
      expect(await create({ type: sent })).toHaveProperty('type', kept);
    });

    it('user_to_agent so that the agent finds the room under agent_to_user', async () => {
      const { room_name } = await create({ type: 'user_to_agent', agent_db: tenant.key, agent_id: 900 });
      const list = await send({ agent_db: tenant.key, agent_id: '900', type: 'agent-to-user' }, '/api/room/fetchRoomByUserAgent').expect(200);
      expect(list.body.roomData).toMatchObject([{ room_name, type: 'agent_to_user' }]);
    });

    it.each([{}, [], ['agent_to_user'], { $ne: 1 }])('never as %j', async (odd) => {
      expect((await send({ room_name: aName(), type: odd }).expect(400)).body).toStrictEqual(refusal(400, 'VALIDATION_FAILED', 'type'));
    });
  });

  describe('drops', () => {
    it.each<[string, object]>([
      ['_id', { _id: '641d731dee3408c461095a2b' }],
      ['dates', { created_date: '2001-01-01T00:00:00.000Z', updated_date: '2999-01-01T00:00:00.000Z', updated_before: '2001-01-01' }],
      ['__v', { __v: 7 }],
      ['status', { status: false }],
      ['what a room holds beside its fields', { seq: 7, revision: '641d731dee3408c461095a2b', user_Data: [{}], chat_Data: [{}] }],
      ['an unknown field', { anything: { $set: { status: false } }, $where: 'x', 'a.b': 1 }],
    ])('%s', async (_, extra) => {
      const room = await create(extra);
      expect(room).toStrictEqual({ ...ADDED, room_name: expect.any(String) });
      expect(room._id).not.toBe('641d731dee3408c461095a2b');
      expect(Math.abs(Date.parse(room.updated_date as string) - Date.now())).toBeLessThan(60_000);
    });
  });

  describe('with a known room_name', () => {
    it('answers "already exist!" with the stored room, whatever else is sent, and changes nothing', async () => {
      const fields = { room_name: aName(), type: 'vendor_to_user', vendor_id: '7', product_name: null };
      const { body } = await send(fields).expect(200);
      const before = await stored(body.roomData._id);
      const again = await send({ ...fields, type: 'general', vendor_id: '8', product_name: 'x', order_id: 3, isRaiseIssue: 1 }).expect(200);
      expect(again.body).toStrictEqual({ roomData: body.roomData, status: true, statusCode: 200, message: 'already exist!' });
      expect(await stored(body.roomData._id)).toStrictEqual(before);
    });

    it('answers the room as it is by now, without anybody in it', async () => {
      const room = await create({ room_name: 'moved meanwhile' });
      await aMessage(service, tenant, toId(room._id as string) as Id);
      const { body } = await send({ room_name: 'moved meanwhile' }).expect(200);
      expect(body).toStrictEqual({ roomData: { ...room, updated_date: expect.stringMatching(ISO) }, status: true, statusCode: 200, message: 'already exist!' });
      expect(Date.parse(body.roomData.updated_date)).toBeGreaterThanOrEqual(Date.parse(room.updated_date as string));
    });

    it('that differs by case, a space or a hyphen, makes another room', async () => {
      const ids = await Promise.all(['Twin-1', 'twin-1', 'Twin-1 ', 'Twin_1'].map(async (name) => (await create({ room_name: name }))._id));
      expect(new Set(ids).size).toBe(4);
    });

    it('in another deployment makes a room of its own', async () => {
      const other = await newTenant(service);
      const here = await create({ room_name: 'same in both' });
      const there = await create({ room_name: 'same in both' }, `/t/${other.key}${ROUTE}`);
      expect(there._id).not.toBe(here._id);
      expect(await stored(here._id, other)).toBeNull();
    });
  });

  describe('called eight times at once', () => {
    const bodyOf = (name: string): object => ({ room_name: name, type: 'agent_to_user', ...NUMBERS });

    /** Asserts that of these answers one made the room and all others met it. */
    function expectOneRoom(answers: readonly request.Response[]): void {
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      const bodies = answers.map(({ body }) => body as { roomData: { _id: string }; status: boolean; message: string });
      expect(new Set(bodies.map(({ roomData }) => JSON.stringify(roomData))).size).toBe(1);
      expect(bodies.filter(({ status }) => !status).map(({ message }) => message)).toEqual(['created sucessfully!']);
      expect(bodies.filter(({ status }) => status).map(({ message }) => message)).toEqual(answers.slice(1).map(() => 'already exist!'));
    }

    it('makes one room, time after time', async () => {
      for (let round = 0; round < 10; round++) {
        const body = bodyOf(aName());
        expectOneRoom(await Promise.all(Array.from({ length: 8 }, () => send(body))));
      }
    });

    it('makes one room on two instances, and as the first calls that a deployment ever gets', async () => {
      const second = await startApp({ CONTROL_DATABASE: service.config.mongo.controlDatabase });
      try {
        for (let round = 0; round < 3; round++) {
          const fresh = await newTenant(service);
          await request(second.url).post(`/t/${tenant.key}${ROUTE}`).send(bodyOf('warm')).expect(200);
          const path = `/t/${fresh.key}${ROUTE}`;
          const urls = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? service.url : second.url));
          // The second instance learns of a deployment within its look at the directory.
          const answers = await Promise.all(urls.map((url) => untilKnown(() => send(bodyOf(NAME), path, url))));
          expectOneRoom(answers);
          expect((await send({ type: 'agent_to_user', db_name: '78' }, `/t/${fresh.key}/api/room/fetchAllRoom`)).body.roomData).toHaveLength(1);
        }
      } finally {
        await second.close();
      }
    });

    /** Repeats a call while the instance does not know the deployment yet. */
    async function untilKnown(call: () => request.Test): Promise<request.Response> {
      const answer = await call();
      return answer.status === 404 ? untilKnown(call) : answer;
    }
  });

  describe('finds the deployment', () => {
    it.each<[string, (key: string) => { path?: string; body?: object; headers?: Record<string, string> }]>([
      ['by the path prefix', (key) => ({ path: `/t/${key}${ROUTE}` })],
      ['by a prefix of a base with a trailing slash', (key) => ({ path: `/t/${key}/${ROUTE}` })],
      ['by agent_db', (key) => ({ body: { agent_db: key } })],
      ['by db_name', (key) => ({ body: { db_name: key } })],
      ['by sub_domain', (key) => ({ body: { sub_domain: `${key}.example` } })],
      ['by the client header', (key) => ({ headers: { client: key } })],
      ['by the Host', (key) => ({ headers: { Host: `${key}.example` } })],
    ])('%s, in JSON and in a form', async (_, callOf) => {
      const { key } = await newTenant(service);
      const found = await newTenant(service, { names: [`${key}n`], sub_domains: [`${key}n.example`] });
      const { path, body, headers } = callOf(`${key}n`);
      const at = path === undefined ? ROUTE : path.replace(`${key}n`, found.key);
      for (const type of ['json', 'form']) {
        const answer = await send({ room_name: `of ${type}`, ...body }, at).type(type).set(headers ?? {}).expect(200);
        expect(await stored(answer.body.roomData._id, found)).toMatchObject({ room_name: `of ${type}` });
      }
    });

    it('and stores an agent_db and db_name that nobody has registered beside its path', async () => {
      expect(await create({ agent_db: 'old_agents', db_name: 'old_orders' })).toMatchObject({ agent_db: 'old_agents', db_name: 'old_orders' });
    });
  });

  describe('refuses', () => {
    it.each([undefined, null, '', 'undefined', 'null', {}, [], ['a'], { $ne: 1 }])('the room_name %j, and names it', async (name) => {
      expect((await send({ room_name: name, agent_id: 1 }).expect(400)).body).toStrictEqual(refusal(400, 'VALIDATION_FAILED', 'room_name'));
    });

    it('a room_name of 1,001 characters', async () => {
      expect((await send({ room_name: 'x'.repeat(1_001) }).expect(400)).body).toStrictEqual(refusal(400, 'VALIDATION_FAILED', 'room_name'));
    });

    it.each(FIELDS)('an object, a list or too long a text as %s, names it and makes no room', async (field) => {
      const name = `refused for ${field}`;
      for (const odd of [{}, [], ['7'], { $gt: '' }, [['7']], 'x'.repeat(1_001)]) {
        expect((await send({ room_name: name, [field]: odd }).expect(400)).body).toStrictEqual(refusal(400, 'VALIDATION_FAILED', field));
      }
      for (const odd of [`${field}[]=7`, `${field}[a]=7`, `${field}=7&${field}=8`]) {
        const answer = await request(service.url).post(`/t/${tenant.key}${ROUTE}`).type('form').send(`room_name=${name}&${odd}`).expect(400);
        expect(answer.body).toStrictEqual(refusal(400, 'VALIDATION_FAILED', field));
      }
      expect((await send({ room_name: name }).expect(200)).body.status).toBe(false);
    });

    it.each(FIELDS.filter((field) => !['vendor_name', 'product_name'].includes(field)))('201 characters as %s', async (field) => {
      expect((await send({ room_name: aName(), [field]: 'x'.repeat(201) }).expect(400)).body).toStrictEqual(refusal(400, 'VALIDATION_FAILED', field));
    });

    it('what is no JSON object, another content type, and a body over the limit', async () => {
      const raw = (body: string, type = 'application/json'): request.Test => request(service.url).post(`/t/${tenant.key}${ROUTE}`).set('Content-Type', type).send(body);
      for (const body of ['{', '{"room_name":', '"x"', 'null', '[]', '[{"room_name":"x"}]']) {
        expect((await raw(body).expect(400)).body).toStrictEqual(refusal(400, 'VALIDATION_FAILED', 'body'));
      }
      expect((await raw('room_name=x', 'text/plain').expect(415)).body).toStrictEqual(refusal(415, 'CONTENT_TYPE_UNSUPPORTED'));
      expect((await raw(JSON.stringify({ room_name: 'x', note: 'x'.repeat(110_000) })).expect(413)).body).toStrictEqual(refusal(413, 'BODY_TOO_LARGE'));
    });

    it('a call that names no deployment, an unknown one, two, a suspended one, and one that wants a credential, never with 401', async () => {
      const other = await newTenant(service);
      const suspended = await newTenant(service, { status: 'suspended' });
      const closed = await newTenant(service, { auth: { http: 'required' } });
      const body = { room_name: aName() };
      expect((await send(body, ROUTE).expect(400)).body).toStrictEqual(refusal(400, 'TENANT_REQUIRED'));
      expect((await send({ ...body, agent_db: 'nobody' }, ROUTE).expect(404)).body).toStrictEqual(refusal(404, 'TENANT_UNKNOWN'));
      expect((await send({ ...body, agent_db: other.key }).expect(403)).body).toStrictEqual(refusal(403, 'TENANT_MISMATCH'));
      expect((await send(body, `/t/${suspended.key}${ROUTE}`).expect(403)).body).toStrictEqual(refusal(403, 'TENANT_SUSPENDED'));
      expect((await send(body, `/t/${closed.key}${ROUTE}`).expect(403)).body).toStrictEqual(refusal(403, 'CREDENTIAL_REFUSED'));
    });
  });
});
