import request from 'supertest';

import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { Calls } from './support/calls.js';
import { LIST_NAMES, LISTS, listRoute } from './support/lists.js';
import { refusal } from './support/refusal.js';
import { dropAll, newTenant } from './support/tenants.js';

/** Characters that break a line, steer a terminal or turn the direction of writing. */
const UNSEEN = ['\u0000', '\n', '\r', '\u001b', '\u007f', '\u009b', '\u2028', '\u202e', '\u2066'];
const FORM = 'application/x-www-form-urlencoded';
const SEND = '/api/chat/sendMessageJoin';
const ROOM = '/api/room/createRoom';
const LOCATION = '/api/agent/saveAgentLocation';

/** Each call with what it takes, and the fields of it that are matched, logged or told on by name. */
const PLAIN_FIELDS: readonly [path: string, good: () => object, fields: readonly string[]][] = [
  ...LIST_NAMES.map((list): [string, () => object, string[]] => [listRoute(list), () => LISTS[list](tenant.key), [...Object.keys(LISTS[list]('')), 'sub_domain']]),
  [
    ROOM,
    () => ({ room_name: 'plain' }),
    ['room_name', 'type', 'room_id', 'order_vendor_id', 'order_id', 'agent_db', 'vendor_id', 'sub_domain', 'vendor_user_id', 'order_user_id', 'agent_id', 'db_name', 'client_id', 'p2p_id', 'product_id'],
  ],
  [SEND, () => ({ room_id: String(room._id), user_type: 'user' }), ['room_id', 'user_type', 'user_id', 'sub_domain']],
  ['/api/chat/joinRoomByID', () => ({ room_id: String(room._id), user_type: 'user' }), ['room_id', 'user_type', 'user_id', 'type']],
  [LOCATION, () => ({ agent_id: 1, order_id: 1, lat: '1', lng: '2' }), ['agent_id', 'order_id', 'lat', 'lng', 'short_code', 'status']],
];

let service: TestApp;
let tenant: Tenant;
let room: Room;
let calls: Calls;

beforeAll(async () => {
  service = await startApp();
  tenant = await newTenant(service);
  room = await aRoom(service, tenant);
  calls = new Calls(service, tenant);
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});

/** Sends bytes as they are. */
const sendBytes = (path: string, bytes: Buffer<ArrayBuffer>, type = 'application/json'): Promise<Response> =>
  fetch(`${service.url}/t/${tenant.key}${path}`, { method: 'POST', headers: { 'content-type': type }, body: bytes });
const answerOf = async (response: Response): Promise<unknown> => ({ status: response.status, body: await response.json() });
const invalid = (named: string, data: object = {}): object => ({ status: 400, body: refusal(400, 'VALIDATION_FAILED', named, data) });

describe('What a call is matched by', () => {
  it.each(PLAIN_FIELDS.flatMap(([path, good, fields]) => fields.map((field) => [path, field, good] as const)))('is refused by %s with a character in %s that nobody sees', async (path, field, good) => {
    const before = { ...good() };
    for (const one of UNSEEN) {
      const { status, body } = await calls.post(path, { ...before, [field]: `1${one}1` });
      expect([one, status, body]).toEqual([one, 400, expect.objectContaining({ error: 'VALIDATION_FAILED', message: expect.stringContaining(field) as string })]);
    }
  });

  it('is refused in a list of shops', async () => {
    const { body } = await calls.post('/api/room/fetchRoomByVendor', { ...LISTS.fetchRoomByVendor(tenant.key), vendor_id: ['7', '8\u202e'] }).expect(400);
    expect(body).toEqual(refusal(400, 'VALIDATION_FAILED', 'vendor_id', { roomData: [] }));
  });

  it('is refused in a query', async () => {
    for (const [path, field] of [['/api/room', 'room_id'], ['/api/room', 'db_name'], ['/api/agent/getAgentLocation', 'order_id'], [`/api/chat/${String(room._id)}`, 'before']] as const) {
      const { body } = await calls.get(path).query({ [field]: 'a\u001bb' }).expect(400);
      expect(body).toMatchObject(refusal(400, 'VALIDATION_FAILED', field));
    }
  });

  it('names nobody in the path, and as a weak hint counts for nothing', async () => {
    for (const one of UNSEEN) await request(service.url).post(`/t/${tenant.key}${encodeURIComponent(one)}${listRoute('fetchAllRoom')}`).send({}).expect(404);
    const { body } = await request(service.url).post(listRoute('fetchAllRoom')).set('client', `${tenant.key}\u0085`).send({ type: 'general' }).expect(400);
    expect(body).toEqual(refusal(400, 'TENANT_REQUIRED', '', { roomData: [] }));
  });

  it('may be in any script, with all that its writing needs', async () => {
    for (const name of ['طلب‏ ١٢', 'سفارش می‌خواهم', 'הזמנה', '注文👩‍👩‍👧', "O'Neil & <b>\"x\"</b>"]) {
      const { body } = await calls.post(ROOM, { room_name: name }).expect(200);
      expect(body.roomData.room_name).toBe(name);
    }
  });
});

describe('What people write', () => {
  const text = UNSEEN.map((one) => `a${one}b`).join('');

  it('is stored and answered as it was sent, by JSON and by form', async () => {
    const free = Object.fromEntries(['message', 'username', 'phone_num', 'to_message', 'from_message', 'chat_type', 'mediaType', 'mediaUrl', 'thumbnailUrl', 'display_image'].map((field) => [field, text]));
    const sent = await calls.send(room._id, { user_type: 'user', user_id: '8', ...free }).expect(200);
    expect(sent.body.chatData).toMatchObject(free);
    const form = await calls.post(SEND, new URLSearchParams({ room_id: String(room._id), user_type: 'user', ...free }).toString()).expect(200);
    expect(form.body.chatData).toMatchObject(free);
    const product = { vendor_name: text, product_name: text, product_price: text };
    expect((await calls.post(ROOM, { room_name: 'products', ...product }).expect(200)).body.roomData).toMatchObject(product);
  });

  it('is in no line of the log', async () => {
    await calls.send(room._id, { message: 'not-for-the-log', username: 'not-for-the-log' }).expect(200);
    await calls.post(SEND, { room_id: 'not-for-the-log', message: 'not-for-the-log' }).expect(400);
    await calls.get(`/not-for-the-log/${encodeURIComponent('\n{"level":60}')}?not-for-the-log`).expect(404);
    expect(service.log.length).toBeGreaterThan(0);
    expect(JSON.stringify(service.log)).not.toMatch(/not-for-the-log|level.*60}/);
  });
});

describe('Bytes that are no UTF-8', () => {
  // No byte of it, half a character, half a pair, and a slash written too long.
  const wrong = ['ff', 'e282', 'eda080', 'c0af'].map((hex) => [hex, Buffer.from(hex, 'hex')] as const);

  it.each(wrong)('are refused in a body of JSON: %s', async (_hex, bytes) => {
    const body = Buffer.concat([Buffer.from(`{"room_id":"${String(room._id)}","user_type":"user","message":"`), bytes, Buffer.from('"}')]);
    expect(await answerOf(await sendBytes(SEND, body))).toEqual(invalid('UTF-8', { chatData: {} }));
  });

  it.each(wrong)('are refused in a form, as they are and escaped: %s', async (_hex, bytes) => {
    const start = Buffer.from(`room_id=${String(room._id)}&user_type=user&message=`);
    const escaped = Buffer.from([...bytes].map((byte) => `%${byte.toString(16)}`).join(''));
    for (const part of [bytes, escaped]) expect(await answerOf(await sendBytes(SEND, Buffer.concat([start, part]), FORM))).toEqual(invalid('UTF-8', { chatData: {} }));
  });

  it.each(['%ff', '%E2%82', '%ed%a0%80', 'a%c0%af'])('are refused in a path and in a query: %s', async (escaped) => {
    for (const path of [`/t/${escaped}/api/room?room_id=1`, `/t/${tenant.key}/api/room/${escaped}`, `/t/${tenant.key}/api/room?room_id=${escaped}`, `/t/${tenant.key}/api/room?${escaped}=1`]) {
      const { status, body } = await request(service.url).get(path);
      expect([status, body]).toMatchObject([400, refusal(400, 'VALIDATION_FAILED', 'UTF-8')]);
    }
  });

  it('are not what old callers send: a lone %, and text in any script', async () => {
    const { body } = await calls.post(SEND, `room_id=${String(room._id)}&user_type=user&message=100%&username=J%C3%BCrgen+%F0%9F%91%8D`).expect(200);
    expect(body.chatData).toMatchObject({ message: '100%', username: 'Jürgen 👍' });
    await calls.get('/api/room?room_id=100%').expect(200);
  });

  it.each(['application/json; charset=utf-16', `${FORM}; charset=iso-8859-1`])('are refused as %s: 415', async (type) => {
    expect((await sendBytes(SEND, Buffer.from('{}'), type)).status).toBe(415);
  });
});

describe('The admin API', () => {
  const put = (body: object | string, key = 'bad-text'): request.Test =>
    request(service.url).put(`/admin/tenants/${key}`).set('Authorization', `Bearer ${ADMIN_TOKEN}`).type('json').send(body);

  it.each(UNSEEN.map((one) => [one.charCodeAt(0).toString(16), one] as const))('refuses the character %s in names, hosts, clusters and settings', async (_code, one) => {
    for (const [field, change] of Object.entries({ names: { names: [`a${one}b`] }, sub_domains: { sub_domains: [`a${one}b`] }, cluster: { cluster: `default${one}` }, default_image: { settings: { default_image: `https://a.example/${one}` } } })) {
      expect((await put(change).expect(400)).body).toEqual(refusal(400, 'VALIDATION_FAILED', field));
    }
    await put({}, `bad${encodeURIComponent(one)}`).expect(400);
  });

  it('refuses half a character, which no database could store', async () => {
    await put('{"names":["a\\ud800"]}').expect(400);
  });

  it('refuses prototypes as it refuses every unknown field, also inside', async () => {
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      for (const value of ['{"status":"suspended"}', '1', '"x"', '[]']) {
        for (const body of [`{"${name}":${value}}`, `{"settings":{"${name}":${value}}}`, `{"auth":{"${name}":${value}}}`, `{"settings":{"masking":{"${name}":${value}}}}`]) {
          const { status } = await put(body, tenant.key);
          expect([body, status]).toEqual([body, 400]);
        }
      }
    }
    expect(({} as Record<string, unknown>).status).toBeUndefined();
    await calls.post(listRoute('fetchAllRoom'), LISTS.fetchAllRoom(tenant.key)).expect(200);
  });

  it('repeats of unknown fields no control character and no thousands', async () => {
    const { body, text } = await put(Object.fromEntries(Array.from({ length: 5_000 }, (_, place) => [`\u001b${place}\u202e`, 1]))).expect(400);
    expect(body.message).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(text.length).toBeLessThan(20_000);
  });
});

describe('Every answer is what its type says', () => {
  it('also to polling sockets, without a guess of the browser', async () => {
    for (const query of ['EIO=4&transport=polling', 'EIO=3&transport=polling', 'EIO=9&transport=nothing', 'EIO=4&transport=polling&sid=unknown']) {
      const { headers } = await fetch(`${service.url}/socket.io/?${query}`);
      expect([query, headers.get('x-content-type-options'), headers.get('content-type')]).toEqual([query, 'nosniff', expect.stringMatching(/^(text\/plain|application\/json)/)]);
    }
  });

  it('also where it is 304, 404, or an error of the parser', async () => {
    const list = calls.post(listRoute('fetchAllRoom'), LISTS.fetchAllRoom(tenant.key));
    const { headers } = await list.expect(200);
    const answers = await Promise.all([
      calls.post(listRoute('fetchAllRoom'), LISTS.fetchAllRoom(tenant.key)).set('If-None-Match', String(headers.etag)).expect(304),
      calls.get('/api/nothing/<script>').expect(404),
      calls.post(SEND, '{').type('json').expect(400),
      calls.get(`/api/room/${encodeURIComponent('<script>')}`).expect(400),
    ]);
    for (const answer of answers) expect(answer.headers['x-content-type-options']).toBe('nosniff');
    for (const answer of answers.slice(1)) expect(answer.type).toBe('application/json');
  });
});
