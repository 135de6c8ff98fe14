import request from 'supertest';

import { newId, type Id } from '../src/mongo/index.js';
import { RoomRepository, type Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom, storeRooms } from './support/build.js';
import { aListedRoom, LISTS } from './support/lists.js';
import { refusal, refusedList } from './support/refusal.js';
import { dropAll, newTenant } from './support/tenants.js';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const BAD_IDS = ['1', 'undefined', 'null', '641d731dee3408c461095a2', '641d731dee3408c461095a2bb', '641d731dee3408c461095a2g', '{}', '$ne', 'fetchRoomByUserAgent', '%00', 'x'.repeat(300)];
const NOT_FOUND = { status: false, statusCode: 404, error: 'ROOM_NOT_FOUND', message: 'No room found!' };

let service: TestApp;
let tenant: Tenant;

const get = (path: string, of = tenant): request.Test => request(service.url).get(`/t/${of.key}/api/room${path}`);
const stored = async (id: Id, of = tenant): Promise<Room> => (await service.app.get(RoomRepository).findById(of, id))!;

beforeAll(async () => {
  service = await startApp();
  tenant = await newTenant(service);
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});

describe('GET /api/room/:id', () => {
  it('answers the bare room, without who is in it and what was written', async () => {
    const room = await aRoom(service, tenant, { product_name: null, isRaiseIssue: true });
    await aMessage(service, tenant, room._id);
    const { body } = await get(`/${room._id.toHexString()}`).expect(200);
    expect(body).toStrictEqual({
      _id: room._id.toHexString(),
      status: true,
      type: 'agent_to_user',
      isRaiseIssue: true,
      room_id: room.room_id,
      room_name: room.room_name,
      order_vendor_id: '9',
      agent_db: tenant.key,
      vendor_id: '7',
      vendor_user_id: '141',
      order_user_id: '1',
      agent_id: '141',
      db_name: tenant.key,
      client_id: '1',
      product_name: null,
      created_date: room.created_date.toISOString(),
      updated_date: expect.stringMatching(ISO),
      __v: 0,
    });
  });

  it('lacks what an old document lacks', async () => {
    const room = aListedRoom(tenant.key);
    await storeRooms(service, tenant, [room]);
    expect((await get(`/${room._id.toHexString()}`).expect(200)).body).not.toHaveProperty('isRaiseIssue');
  });

  it('finds it by an id in capitals, under doubled slashes, and in a deployment named by header, query or host', async () => {
    const own = await newTenant(service, { sub_domains: [`room-${tenant.key}.example`] });
    const { _id: id } = await aRoom(service, own);
    const path = `/api/room/${id.toHexString()}`;
    const of = request(service.url);
    const answers = [
      await get(`/${id.toHexString().toUpperCase()}`, own),
      await of.get(`//t/${own.key}/${path}/`),
      await of.get(path).set('client', own.key),
      await of.get(`${path}?db_name=${own.key}`),
      await of.get(path).set('Host', own.sub_domains[0]!),
    ];
    expect(answers.map(({ status, body }) => [status, body._id])).toEqual(answers.map(() => [200, id.toHexString()]));
  });

  it('answers 404 to an unknown id, and to one of another deployment', async () => {
    const other = await aRoom(service, await newTenant(service));
    for (const id of [newId(), other._id]) expect((await get(`/${id.toHexString()}`).expect(404)).body).toStrictEqual(NOT_FOUND);
  });

  it.each(BAD_IDS)('refuses the id %s', async (id) => {
    expect((await get(`/${id}`).expect(400)).body).toMatchObject(refusal(400, 'VALIDATION_FAILED', 'id'));
  });

  it('answers no other method: nobody deletes or edits a room by its id', async () => {
    const room = await aRoom(service, tenant);
    const path = `/t/${tenant.key}/api/room/${room._id.toHexString()}`;
    for (const method of ['delete', 'put', 'patch', 'post'] as const) {
      expect((await request(service.url)[method](path).send({ status: false }).expect(404)).body).toStrictEqual(refusal(404, 'ROUTE_NOT_FOUND'));
    }
    expect(await stored(room._id)).toStrictEqual(room);
  });

  it('wants to know the deployment, never with 401', async () => {
    const closed = await newTenant(service, { auth: { http: 'required' } });
    const { _id: id } = await aRoom(service, closed);
    expect((await request(service.url).get(`/api/room/${id.toHexString()}`).expect(400)).body).toStrictEqual(refusal(400, 'TENANT_REQUIRED'));
    expect((await get(`/${id.toHexString()}`, closed).expect(403)).body).toStrictEqual(refusal(403, 'CREDENTIAL_REFUSED'));
  });
});

describe('GET /api/room?room_id=', () => {
  const byOrder = (query: string, of = tenant): request.Test => get(`?${query}`, of);
  const namesIn = (answer: request.Response): string[] => (answer.body.roomData as Room[]).map((room) => room.room_name);

  beforeAll(async () => {
    const at = (day: number, fields: Partial<Room>): Room => aListedRoom(tenant.key, { ...fields, room_id: '900', updated_date: new Date(Date.UTC(2024, 0, day)) });
    await storeRooms(service, tenant, [
      at(1, { room_name: 'with the agent' }),
      at(3, { room_name: 'with the shop', type: 'vendor_to_user', vendor_id: '8', db_name: 'another' }),
      at(2, { room_name: 'with another shop', type: 'vendor_to_user', vendor_id: '9' }),
      ...[null, 'null', 'undefined', ''].map((order) => aListedRoom(tenant.key, { room_name: `order ${JSON.stringify(order)}`, room_id: order })),
      aListedRoom(tenant.key, { room_name: 'of another order', room_id: '9000' }),
    ]);
  });

  it('answers every room of the order, whatever its type and name, newest first, as lists do', async () => {
    const answer = await byOrder('room_id=900').expect(200);
    expect(namesIn(answer)).toEqual(['with the shop', 'with another shop', 'with the agent']);
    expect(answer.body).toStrictEqual({ roomData: expect.anything(), status: true, statusCode: 200 });
    for (const room of answer.body.roomData) expect(room).toMatchObject({ room_id: '900', user_Data: [], chat_Data: [] });
  });

  it('carries participants and the newest message', async () => {
    const room = await aRoom(service, tenant, { room_id: '901' });
    await aMessage(service, tenant, room._id, { message: 'on my way' });
    const { roomData } = (await byOrder('room_id=901').expect(200)).body;
    expect(roomData).toMatchObject([{ _id: room._id.toHexString(), user_Data: [{ user_id: '141' }], chat_Data: [{ message: 'on my way' }] }]);
  });

  it('finds the deployment as lists do', async () => {
    const of = request(service.url);
    const answers = [
      await of.get(`/api/room?room_id=900&db_name=${tenant.key}`),
      await of.get(`/api/room/?room_id=900&agent_db=${tenant.key}`),
      await of.get('/api/room?room_id=900').set('client', tenant.key),
      await of.get(`//t//${tenant.key}//api/room/?room_id=900`),
    ];
    expect(answers.map((answer) => [answer.status, namesIn(answer).length])).toEqual(answers.map(() => [200, 3]));
  });

  it.each(['room_id=', 'room_id=null', 'room_id=undefined', 'room_id=90', 'room_id=9001'])('answers [] to %s', async (query) => {
    expect((await byOrder(query).expect(200)).body).toStrictEqual({ roomData: [], status: true, statusCode: 200 });
  });

  it.each(['', 'room_id[]=900', 'room_id[$ne]=1', 'room_id=900&room_id=9000', 'order_id=900', `room_id=${'9'.repeat(201)}`])('refuses ?%s, and names room_id', async (query) => {
    expect((await byOrder(query).expect(400)).body).toStrictEqual(refusedList('room_id'));
  });

  it('pages, and answers what moved since', async () => {
    const first = (await byOrder('room_id=900&limit=2').expect(200)).body;
    const second = await byOrder(`room_id=900&limit=2&cursor=${first.next_cursor as string}`).expect(200);
    expect([first.roomData.length, namesIn(second), second.body.next_cursor]).toEqual([2, ['with the agent'], null]);
    expect(second.body.as_of).toBe(first.as_of);
    expect(namesIn(await byOrder('room_id=900&updated_since=2024-01-02').expect(200))).toEqual(['with the shop', 'with another shop']);
    expect((await byOrder(`room_id=9000&limit=2&cursor=${first.next_cursor as string}`).expect(400)).body).toStrictEqual(refusedList('cursor', 'CURSOR_INVALID'));
    for (const limit of ['0', '501', 'x', '1.5']) expect((await byOrder(`room_id=900&limit=${limit}`).expect(400)).body).toStrictEqual(refusedList('limit'));
  });
});

describe('PUT /api/room/raiseanissue/:id', () => {
  const raise = (id: string, body: object = { isRaiseIssue: 1 }, of = tenant): request.Test => request(service.url).put(`/t/${of.key}/api/room/raiseanissue/${id}`).send(body);

  it('answers that it is done, and changes the flag, updated_date and nothing else that is answered', async () => {
    const room = await aRoom(service, tenant, { room_id: '77' });
    await aMessage(service, tenant, room._id, { message: 'where are you' });
    const before = await stored(room._id);
    const answer = await raise(room._id.toHexString()).expect(200);
    expect(answer.body).toStrictEqual({ status: true });
    const after = await stored(room._id);
    const moved = { isRaiseIssue: true, updated_date: expect.any(Date), updated_before: before.updated_date, revision: expect.anything() };
    expect(after).toStrictEqual({ ...before, ...moved });
    expect(after.revision.equals(before.revision)).toBe(false);
    expect(after.updated_date.getTime()).toBeGreaterThanOrEqual(before.updated_date.getTime());
  });

  it.each([
    [0, false],
    [1, true],
    [false, false],
    [true, true],
    ['0', false],
    ['1', true],
    ['false', false],
    ['true', true],
  ])('takes %j as %j, in JSON and in a form, on a room of either flag', async (sent, kept) => {
    for (const type of ['json', 'form']) {
      for (const isRaiseIssue of [true, false]) {
        const { _id: id } = await aRoom(service, tenant, { isRaiseIssue });
        await raise(id.toHexString(), { isRaiseIssue: sent }).type(type).expect(200);
        expect((await get(`/${id.toHexString()}`)).body.isRaiseIssue).toBe(kept);
      }
    }
  });

  it('moves the room before all others of its lists', async () => {
    const own = await newTenant(service);
    const rooms = ['one', 'two', 'three'].map((name, index) => aListedRoom(own.key, { room_name: name, updated_date: new Date(Date.UTC(2024, 0, 9 - index)) }));
    await storeRooms(service, own, rooms);
    const order = async (): Promise<string[]> => {
      const { body } = await request(service.url).post('/api/room/fetchAllRoom').send(LISTS.fetchAllRoom(own.key));
      return (body.roomData as Room[]).map((room) => room.room_name);
    };
    expect(await order()).toEqual(['one', 'two', 'three']);
    await raise(rooms[2]!._id.toHexString(), { isRaiseIssue: 1 }, own).expect(200);
    expect(await order()).toEqual(['three', 'one', 'two']);
    await raise(rooms[1]!._id.toHexString(), { isRaiseIssue: 0 }, own).expect(200);
    expect(await order()).toEqual(['two', 'three', 'one']);
  });

  it('never moves updated_date backwards', async () => {
    const future = aListedRoom(tenant.key, { updated_date: new Date('2999-01-01T00:00:00.000Z') });
    await storeRooms(service, tenant, [future]);
    await raise(future._id.toHexString()).expect(200);
    const after = await stored(future._id);
    expect([after.isRaiseIssue, after.updated_date]).toEqual([true, future.updated_date]);
  });

  it('gives an old room without the flag one', async () => {
    const old = aListedRoom(tenant.key);
    await storeRooms(service, tenant, [old]);
    await raise(old._id.toHexString(), { isRaiseIssue: 0 }).expect(200);
    expect((await stored(old._id)).isRaiseIssue).toBe(false);
  });

  it.each([undefined, null, '', 2, '2', -1, 0.5, 'yes', 'TRUE', 'null', [], [1], {}, { $set: 1 }])('refuses the isRaiseIssue %j, names it and changes nothing', async (odd) => {
    const room = await aRoom(service, tenant);
    expect((await raise(room._id.toHexString(), { isRaiseIssue: odd }).expect(400)).body).toStrictEqual(refusal(400, 'VALIDATION_FAILED', 'isRaiseIssue'));
    expect(await stored(room._id)).toStrictEqual(room);
  });

  it('takes no notice of other fields', async () => {
    const room = await aRoom(service, tenant);
    await raise(room._id.toHexString(), { isRaiseIssue: 1, room_name: 'x', status: false, updated_date: '2999-01-01', _id: '1' }).expect(200);
    const { body } = await get(`/${room._id.toHexString()}`);
    expect(body).toMatchObject({ room_name: room.room_name, status: true, isRaiseIssue: true });
    expect(Math.abs(Date.parse(body.updated_date) - Date.now())).toBeLessThan(60_000);
  });

  it('answers 404 to an unknown id, and to one of another deployment, whose room stays as it is', async () => {
    const other = await newTenant(service);
    const room = await aRoom(service, other);
    for (const id of [newId(), room._id]) expect((await raise(id.toHexString()).expect(404)).body).toStrictEqual(NOT_FOUND);
    expect(await stored(room._id, other)).toStrictEqual(room);
  });

  it.each(BAD_IDS)('refuses the id %s', async (id) => {
    expect((await raise(id).expect(400)).body).toStrictEqual(refusal(400, 'VALIDATION_FAILED', 'id'));
  });
});
