import { gzipSync } from 'node:zlib';

import request from 'supertest';

import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, storeRooms } from './support/build.js';
import { LISTS, LIST_NAMES, aListedRoom, listRoute, nameFieldOf } from './support/lists.js';
import { refusal, refusedList } from './support/refusal.js';
import { dropAll, newTenant } from './support/tenants.js';

const NOTHING = { roomData: [], status: true, statusCode: 200 };
const EMPTY_LIKE = [null, '', 'undefined', 'null'];
const NOT_SCALARS: unknown[] = [{}, [], { $ne: null }, { $gt: '' }, ['141'], [[]], { toString: 'x' }, { length: 3 }, { constructor: 1 }];
const NO_ROOMS = { roomData: [] };

const namesIn = (answer: request.Response): string[] => (answer.body.roomData as Room[]).map((room) => room.room_name);
const without = (fields: object, name: string): object => Object.fromEntries(Object.entries(fields).filter(([field]) => field !== name));

let service: TestApp;
let tenant: Tenant;

beforeAll(async () => {
  service = await startApp();
  tenant = await newTenant(service);
  const day = (date: number): Date => new Date(Date.UTC(2024, 0, date));
  await storeRooms(service, tenant, [
    aListedRoom(tenant.key, { room_name: 'second', updated_date: day(2) }),
    aListedRoom(tenant.key, { room_name: 'third', updated_date: day(1) }),
    aListedRoom(tenant.key, { room_name: 'first', updated_date: day(3) }),
    aListedRoom('another', { room_name: 'of another name' }),
    aListedRoom(tenant.key, { room_name: 'of another type', type: 'vendor_to_user' }),
  ]);
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});

describe.each(LIST_NAMES)('POST /api/room/%s', (list) => {
  const route = listRoute(list);
  const nameField = nameFieldOf(list);
  const good = (): object => LISTS[list](tenant.key);
  const send = (body: object, path = route): request.Test => request(service.url).post(path).send(body);
  const ask = (body: object): request.Test => send({ ...good(), ...body });
  const under = (key: string): string => `/t/${key}${route}`;
  // client_id and the branches of the peer list may be absent; the name may where the deployment has only one.
  const required = Object.keys(LISTS[list]('')).filter((field) => !['client_id', 'p2p_id', nameField].includes(field) && !(list === 'fetchRoomByUserIdUserToUser' && field === 'order_user_id'));
  const matched = Object.keys(LISTS[list](''));

  it('answers the rooms of the name and type, newest first, in the envelope of a list', async () => {
    const answer = await ask({}).expect(200);
    expect(namesIn(answer)).toEqual(['first', 'second', 'third']);
    expect(Object.keys(answer.body)).toEqual(['roomData', 'status', 'statusCode']);
    expect(answer.body).toMatchObject({ status: true, statusCode: 200 });
  });

  it('answers a room that somebody writes to before all others', async () => {
    const moving = await newTenant(service);
    const rooms = ['one', 'two'].map((name, index) => aListedRoom(moving.key, { room_name: name, updated_date: new Date(Date.UTC(2024, 0, 1 + index)) }));
    await storeRooms(service, moving, rooms);
    await aMessage(service, moving, rooms[0]!._id);
    expect(namesIn(await send(LISTS[list](moving.key)).expect(200))).toEqual(['one', 'two']);
  });

  it('takes numbers and texts, JSON and forms, and the headers that apps send', async () => {
    const headers = { Authorization: 'opaque', client: 'some-database', language: 'en', currency: 'USD', code: '45' };
    const numbers = Object.fromEntries(Object.entries(good()).map(([field, value]) => [field, /^\d+$/.test(String(value)) ? Number(value) : (value as unknown)]));
    for (const type of ['json', 'form']) expect(namesIn(await send(numbers).type(type).set(headers).expect(200))).toEqual(['first', 'second', 'third']);
  });

  it('finds the deployment by path prefix, also with doubled slashes, by name, client header, sub_domain and Host', async () => {
    const own = await newTenant(service, { sub_domains: [`${tenant.key}-${list.toLowerCase()}.example`] });
    await storeRooms(service, own, [aListedRoom(own.key, { room_name: 'own' })]);
    const [host] = own.sub_domains as [string];
    const unnamed = without(LISTS[list](own.key), nameField);
    const answers = [
      await send(LISTS[list](own.key)),
      await send(unnamed, under(own.key)),
      await send(unnamed, `//t//${own.key}/${route}/`),
      await send(unnamed).set('client', own.key),
      await send({ ...unnamed, sub_domain: host }),
      await send(unnamed).set('Host', host),
    ];
    expect(answers.map((answer) => [answer.status, namesIn(answer)])).toEqual(answers.map(() => [200, ['own']]));
  });

  it.each([undefined, null, ''])(`takes the only name of the deployment where ${nameField} is %j, and refuses where there are several or none`, async (blank) => {
    expect(namesIn(await send({ ...good(), [nameField]: blank }, under(tenant.key)).expect(200))).toEqual(['first', 'second', 'third']);
    const several = await newTenant(service, { names: [] });
    const none = await newTenant(service, { names: [`${several.key}-a`, `${several.key}-b`] });
    for (const { key } of [several, none]) {
      expect((await send({ ...good(), [nameField]: blank }, under(key)).expect(400)).body).toStrictEqual(refusedList(nameField));
    }
  });

  it(`takes an unregistered ${nameField} beside a registered deployment as plain data`, async () => {
    expect(namesIn(await send(LISTS[list]('another'), under(tenant.key)).expect(200))).toEqual(['of another name']);
  });

  it('goes by exactly this name where a deployment has several', async () => {
    const twice = await newTenant(service, { names: [`${list}-a`, `${list}-b`] });
    await storeRooms(service, twice, twice.names.map((name) => aListedRoom(name, { room_name: name })));
    for (const name of twice.names) expect(namesIn(await send(LISTS[list](name)).expect(200))).toEqual([name]);
  });

  it.each(required)('refuses a call without %s, and names it', async (field) => {
    expect((await send(without(good(), field)).expect(400)).body).toStrictEqual(refusedList(field));
  });

  it.each(required)('answers [] to each empty-like %s, even beside rooms that hold such a value', async (field) => {
    const odd = await newTenant(service);
    await storeRooms(service, odd, EMPTY_LIKE.map((value) => aListedRoom(odd.key, { [field]: field === 'type' ? value || 'null' : value })));
    for (const value of EMPTY_LIKE) {
      expect((await send({ ...LISTS[list](odd.key), [field]: value }).expect(200)).body).toStrictEqual(NOTHING);
    }
  });

  it.each(matched.filter((field) => field !== 'vendor_id'))('refuses what is no scalar as %s, and names it', async (field) => {
    for (const value of NOT_SCALARS) {
      expect((await ask({ [field]: value }).expect(400)).body).toStrictEqual(refusedList(field));
      expect((await send({ ...good(), [field]: value }, under(tenant.key)).expect(400)).body).toStrictEqual(refusedList(field));
    }
    const others = new URLSearchParams(without(good(), field) as Record<string, string>).toString();
    for (const value of [`${field}[$ne]=1`, `${field}[]=1`, `${field}=1&${field}=2`, `${field}[a][b]=1`]) {
      expect((await request(service.url).post(route).type('form').send(`${others}&${value}`).expect(400)).body).toStrictEqual(refusedList(field));
    }
  });

  it.each(matched)('takes 200 characters as %s and refuses 201', async (field) => {
    const valueOf = (length: number): unknown => (field === 'vendor_id' ? ['x'.repeat(length)] : 'x'.repeat(length));
    expect((await send({ ...good(), [field]: valueOf(200) }, under(tenant.key))).status).toBe(200);
    expect((await send({ ...good(), [field]: valueOf(201) }, under(tenant.key)).expect(400)).body).toStrictEqual(refusedList(field));
  });

  it.each([0, 501, -1, 1.5, 'abc', '501', true, [5], { $gt: 1 }])('refuses the limit %j', async (limit) => {
    expect((await ask({ limit }).expect(400)).body).toStrictEqual(refusedList('limit'));
  });

  it.each(['yesterday', '2024-02-30', 5, [], { $gt: '' }])('refuses the updated_since %j', async (since) => {
    expect((await ask({ updated_since: since }).expect(400)).body).toStrictEqual(refusedList('updated_since'));
  });

  it('refuses a cursor without limit, one that is no text, and one that it never answered', async () => {
    expect((await ask({ cursor: 'x' }).expect(400)).body).toStrictEqual(refusedList('limit'));
    for (const cursor of [5, [], {}, { $gt: '' }]) expect((await ask({ limit: 1, cursor }).expect(400)).body).toStrictEqual(refusedList('cursor'));
    expect((await ask({ limit: 1, cursor: 'x' }).expect(400)).body).toStrictEqual(refusedList('cursor', 'CURSOR_INVALID'));
  });

  it('drops unknown fields, whatever their value', async () => {
    const extra = { filter: { $where: 'x' }, $or: [{}], seq: 3, 'a.b': 1, _id: { $ne: 1 }, room_name: 'third', status: false, page: 2 };
    expect(namesIn(await ask(extra).expect(200))).toEqual(['first', 'second', 'third']);
  });

  it('refuses a body that is no JSON object, of another content type, or over the limit', async () => {
    const raw = (body: string | Buffer, headers: Record<string, string> = {}): request.Test =>
      request(service.url).post(under(tenant.key)).set({ 'Content-Type': 'application/json', ...headers }).send(body);
    for (const body of ['{', '{"type":', '"x"', 'null', '[]', `[${JSON.stringify(good())}]`]) {
      expect((await raw(body).expect(400)).body).toStrictEqual(refusedList('body'));
    }
    const large = JSON.stringify({ ...good(), note: 'x'.repeat(110_000) });
    expect((await raw(large).expect(413)).body).toStrictEqual(refusal(413, 'BODY_TOO_LARGE', '', NO_ROOMS));
    expect((await raw(gzipSync(large), { 'Content-Encoding': 'gzip' }).serialize((body) => body as string).expect(413)).body).toStrictEqual(refusal(413, 'BODY_TOO_LARGE', '', NO_ROOMS));
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x']) {
      expect((await raw(JSON.stringify(good()), { 'Content-Type': type }).expect(415)).body).toStrictEqual(refusal(415, 'CONTENT_TYPE_UNSUPPORTED', '', NO_ROOMS));
    }
  });

  it('refuses a call that names no deployment, an unknown one, two, a suspended one, and one that wants a credential, never with 401', async () => {
    const other = await newTenant(service);
    const suspended = await newTenant(service, { status: 'suspended' });
    const closed = await newTenant(service, { auth: { http: 'required' } });
    const refused = async (call: request.Test): Promise<unknown[]> => {
      const { status, body } = await call;
      expect(body).toStrictEqual(refusal(status, body.error, '', NO_ROOMS));
      return [status, body.error];
    };
    expect(await refused(send(without(good(), nameField)))).toEqual([400, 'TENANT_REQUIRED']);
    expect(await refused(send(LISTS[list]('nobody')))).toEqual([404, 'TENANT_UNKNOWN']);
    expect(await refused(send(without(good(), nameField), under('nobody')))).toEqual([404, 'TENANT_UNKNOWN']);
    expect(await refused(send(good(), under(other.key)))).toEqual([403, 'TENANT_MISMATCH']);
    expect(await refused(send(LISTS[list](suspended.key)))).toEqual([403, 'TENANT_SUSPENDED']);
    expect(await refused(send(LISTS[list](closed.key)).set('Authorization', 'Bearer x'))).toEqual([403, 'CREDENTIAL_REFUSED']);
  });
});
