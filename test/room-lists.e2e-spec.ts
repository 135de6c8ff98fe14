import request from 'supertest';

import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { AGENT, aMessage, aStoredRoom, storeRooms } from './support/build.js';
import { refusedList } from './support/refusal.js';
import { dropAll, newTenant } from './support/tenants.js';

const NOTHING = { roomData: [], status: true, statusCode: 200 };
const EMPTY_LIKE = [null, '', 'undefined', 'null'];
const SHOPS = 1_000;
/** A thousand shops, of which 3 and 7 have rooms. */
const MANY_SHOPS = Array.from({ length: SHOPS }, (_, index) => (index === 500 ? 3 : index === 998 ? 7 : 10_000 + index));

const namesIn = (answer: request.Response): string[] => (answer.body.roomData as Room[]).map((room) => room.room_name);

let service: TestApp;
let tenant: Tenant;

const call = (list: string, body: object, prefix = ''): request.Test => request(service.url).post(`${prefix}/api/room/${list}`).send(body);
const callForm = (list: string, fields: string): request.Test => request(service.url).post(`/api/room/${list}`).type('form').send(fields);

/** Stores rooms of these fields under the name of the deployment, the first of them the newest. */
async function store(of: Tenant, rooms: readonly Partial<Room>[]): Promise<void> {
  const dated = rooms.map((room, day) => ({ db_name: of.key, agent_id: null, updated_date: new Date(Date.parse('2024-03-01T00:00:00.000Z') - day * 86_400_000), ...room }));
  await storeRooms(service, of, dated.map((room) => aStoredRoom(of.key, room)).reverse());
}

beforeAll(async () => {
  service = await startApp();
  tenant = await newTenant(service);
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});

describe('POST /api/room/fetchRoomByUserId', () => {
  const ask = (body: object): request.Test => call('fetchRoomByUserId', { db_name: tenant.key, order_user_id: '1', type: 'agent_to_user', ...body });

  beforeAll(async () => {
    await store(tenant, [
      { room_name: 'user 1 first', order_user_id: '1' },
      { room_name: 'user 11', order_user_id: '11' },
      { room_name: 'user 1 second', order_user_id: '1', agent_db: 'another', client_id: '2' },
      { room_name: 'user 1 of another type', order_user_id: '1', type: 'vendor_to_user' },
      { room_name: 'user 1 of another name', order_user_id: '1', db_name: 'another' },
      ...EMPTY_LIKE.map((value) => ({ room_name: `user ${JSON.stringify(value)}`, order_user_id: value })),
    ]);
  });

  it.each([1, '1'])('answers the rooms of customer %j, newest first', async (user) => {
    expect(namesIn(await ask({ order_user_id: user }).expect(200))).toEqual(['user 1 first', 'user 1 second']);
  });

  it('takes a form, hyphens, and the words the other way round', async () => {
    for (const type of ['agent-to-user', 'user_to_agent', 'user-to-agent']) {
      expect(namesIn(await callForm('fetchRoomByUserId', `db_name=${tenant.key}&order_user_id=1&type=${type}`))).toEqual(['user 1 first', 'user 1 second']);
    }
  });

  it.each([{ client_id: 99 }, { agent_db: 'nobody' }, { sub_domain: '192.168.101.88' }, { agent_id: 5, vendor_id: [1], p2p_id: 4 }])('takes no notice of %j', async (extra) => {
    expect(namesIn(await ask(extra).expect(200))).toEqual(['user 1 first', 'user 1 second']);
  });

  it('goes by type and db_name', async () => {
    expect(namesIn(await ask({ type: 'vendor-to-user' }).expect(200))).toEqual(['user 1 of another type']);
    const beside = await call('fetchRoomByUserId', { db_name: 'another', order_user_id: 1, type: 'agent_to_user' }, `/t/${tenant.key}`).expect(200);
    expect(namesIn(beside)).toEqual(['user 1 of another name']);
  });
});

describe('POST /api/room/fetchRoomByVendor', () => {
  const SHOP_3_4_7 = ['shop 3', 'shop 4', 'shop 7', 'shop 3 of client 2', 'shop 7 without client'];
  const ask = (shops: unknown, body: object = {}): request.Test => call('fetchRoomByVendor', { db_name: tenant.key, type: 'vendor_to_user', vendor_id: shops, ...body });
  const askForm = (fields: string): request.Test => callForm('fetchRoomByVendor', `db_name=${tenant.key}&type=vendor-to-user&${fields}`);

  beforeAll(async () => {
    const shop = { type: 'vendor_to_user', client_id: '1' };
    await store(tenant, [
      { ...shop, room_name: 'shop 3', vendor_id: '3' },
      { ...shop, room_name: 'shop 4', vendor_id: '4' },
      { ...shop, room_name: 'shop 7', vendor_id: '7' },
      { ...shop, room_name: 'shop 34', vendor_id: '34' },
      { ...shop, room_name: 'shop 3 of client 2', vendor_id: '3', client_id: '2' },
      { type: 'vendor_to_user', room_name: 'shop 7 without client', vendor_id: '7' },
      { ...shop, room_name: 'shop 7 of another type', vendor_id: '7', type: 'user_to_user' },
      { ...shop, room_name: 'shop 7 of another name', vendor_id: '7', db_name: 'another' },
      { ...shop, room_name: 'without shop' },
      ...EMPTY_LIKE.map((value) => ({ ...shop, room_name: `shop ${JSON.stringify(value)}`, vendor_id: value })),
    ]);
  });

  it.each<[string, unknown, string[]]>([
    ['numbers', [3, 4, 7], SHOP_3_4_7],
    ['texts', ['3', '4', '7'], SHOP_3_4_7],
    ['both', [3, '4', 7], SHOP_3_4_7],
    ['both, with repeats', [7, '7', '3', 4, 3, 7], SHOP_3_4_7],
    ['a number alone', 4, ['shop 4']],
    ['a text alone', '4', ['shop 4']],
    ['a list of one', ['4'], ['shop 4']],
    ['unknown shops beside a known one', [998, '4', 999], ['shop 4']],
    ['empty-like values beside a known one', [null, '', 'undefined', '4', 'null'], ['shop 4']],
    ['a thousand shops', MANY_SHOPS, ['shop 3', 'shop 7', 'shop 3 of client 2', 'shop 7 without client']],
    ['a thousand shops as text', MANY_SHOPS.map(String), ['shop 3', 'shop 7', 'shop 3 of client 2', 'shop 7 without client']],
    ['a list in places with gaps', { 2: 3, 150: '4' }, ['shop 3', 'shop 4', 'shop 3 of client 2']],
  ])('takes vendor_id as %s', async (_, shops, rooms) => {
    expect(namesIn(await ask(shops).expect(200))).toEqual(rooms);
  });

  it.each([[[]], [[null]], [['']], [['undefined']], [['null']], [[null, '', 'undefined', 'null']], [null], [''], ['undefined'], ['null']])('answers [] to vendor_id %j', async (shops) => {
    expect((await ask(shops).expect(200)).body).toStrictEqual(NOTHING);
    expect((await ask(shops, { client_id: 1 }).expect(200)).body).toStrictEqual(NOTHING);
  });

  it.each<[string, string, string[]]>([
    ['vendor_id[]=', 'vendor_id[]=3&vendor_id[]=4', ['shop 3', 'shop 4', 'shop 3 of client 2']],
    ['vendor_id[0]=', 'vendor_id[0]=3&vendor_id[1]=4', ['shop 3', 'shop 4', 'shop 3 of client 2']],
    ['vendor_id%5B%5D=', 'vendor_id%5B%5D=3&vendor_id%5B%5D=4', ['shop 3', 'shop 4', 'shop 3 of client 2']],
    ['vendor_id%5B0%5D=', 'vendor_id%5B0%5D=3&vendor_id%5B1%5D=4', ['shop 3', 'shop 4', 'shop 3 of client 2']],
    ['vendor_id= twice', 'vendor_id=3&vendor_id=4', ['shop 3', 'shop 4', 'shop 3 of client 2']],
    ['vendor_id= once', 'vendor_id=4', ['shop 4']],
    ['one vendor_id[]=', 'vendor_id[]=4', ['shop 4']],
    ['places with gaps', 'vendor_id[3]=3&vendor_id[700]=4', ['shop 3', 'shop 4', 'shop 3 of client 2']],
    ['an empty vendor_id[]=', 'vendor_id[]=', []],
    ['an empty vendor_id=', 'vendor_id=', []],
  ])('takes %s of a form', async (_, fields, rooms) => {
    expect(namesIn(await askForm(fields).expect(200))).toEqual(rooms);
  });

  it.each<[string, (place: number) => string]>([
    ['vendor_id[]=', () => 'vendor_id[]'],
    ['vendor_id[0]=', (place) => `vendor_id[${place}]`],
    ['vendor_id%5B0%5D=', (place) => `vendor_id%5B${place}%5D`],
    ['vendor_id=', () => 'vendor_id'],
  ])('takes a thousand %s of a form', async (_, nameAt) => {
    const fields = MANY_SHOPS.map((shop, place) => `${nameAt(place)}=${shop}`).join('&');
    const found = ['shop 3', 'shop 7', 'shop 3 of client 2', 'shop 7 without client'];
    expect(namesIn(await askForm(fields).expect(200))).toEqual(found);
    expect(namesIn(await askForm(`${fields}&client_id=1&sub_domain=192.168.101.88`).expect(200))).toEqual(['shop 3', 'shop 7']);
  });

  it('goes by client_id beside one, two and a thousand shops', async () => {
    expect(namesIn(await ask(3, { client_id: 2 }).expect(200))).toEqual(['shop 3 of client 2']);
    expect(namesIn(await ask([3, 4], { client_id: '1' }).expect(200))).toEqual(['shop 3', 'shop 4']);
    expect(namesIn(await ask(MANY_SHOPS, { client_id: 1 }).expect(200))).toEqual(['shop 3', 'shop 7']);
    expect((await ask(MANY_SHOPS, { client_id: 9 }).expect(200)).body).toStrictEqual(NOTHING);
  });

  it('goes by type and db_name', async () => {
    expect(namesIn(await ask([7, 3], { type: 'user-to-user' }).expect(200))).toEqual(['shop 7 of another type']);
    expect(namesIn(await ask([7, 3], { type: 'user_to_vendor' }).expect(200))).toEqual(['shop 3', 'shop 7', 'shop 3 of client 2', 'shop 7 without client']);
    const beside = await call('fetchRoomByVendor', { db_name: 'another', vendor_id: 7, type: 'vendor_to_user' }, `/t/${tenant.key}`).expect(200);
    expect(namesIn(beside)).toEqual(['shop 7 of another name']);
  });

  it.each([undefined, {}, { $in: ['7'] }, { $ne: null }, { length: 1 }, { 0: '7', a: '7' }, { '-1': '7' }, [[]], [['7']], [{}], ['7', { $ne: 1 }], ['x'.repeat(201)], { 0: { $ne: 1 } }])(
    'refuses the vendor_id %j',
    async (shops) => {
      expect((await ask(shops).expect(400)).body).toStrictEqual(refusedList('vendor_id'));
    },
  );

  it.each(['vendor_id[a]=7', 'vendor_id[$in]=7', 'vendor_id[0][a]=7', 'vendor_id[0]=7&vendor_id[a]=7', `vendor_id[]=${'x'.repeat(201)}`, ''])('refuses %s of a form', async (fields) => {
    expect((await askForm(fields).expect(400)).body).toStrictEqual(refusedList('vendor_id'));
  });

  it('takes 5,000 shops and refuses 5,001, and a form of more than 2,000 fields', async () => {
    expect(namesIn(await ask([...Array.from({ length: 4_999 }, (_, index) => 10_000 + index), 4]).expect(200))).toEqual(['shop 4']);
    expect((await ask(Array.from({ length: 5_001 }, (_, index) => index)).expect(400)).body).toStrictEqual(refusedList('vendor_id'));
    expect((await askForm('vendor_id[]=4&'.repeat(2_001))).status).toBe(413);
  });
});

describe('POST /api/room/fetchRoomByUserIdUserToUser', () => {
  const ask = (body: object): request.Test => call('fetchRoomByUserIdUserToUser', { db_name: tenant.key, type: 'user_to_user', ...body });

  beforeAll(async () => {
    const peer = { type: 'user_to_user' };
    await store(tenant, [
      { ...peer, room_name: 'sells to 8', p2p_id: '15', order_user_id: '8' },
      { ...peer, room_name: 'sells to 9', p2p_id: '15', order_user_id: '9' },
      { ...peer, room_name: '8 buys of 16', p2p_id: '16', order_user_id: '8' },
      { ...peer, room_name: 'nobody of both', p2p_id: '17', order_user_id: '10' },
      { ...peer, room_name: 'of another type', p2p_id: '15', order_user_id: '8', type: 'general' },
      { ...peer, room_name: 'of another name', p2p_id: '15', order_user_id: '8', db_name: 'another' },
      { ...peer, room_name: 'without seller', order_user_id: '8' },
      ...EMPTY_LIKE.map((value) => ({ ...peer, room_name: `odd ${JSON.stringify(value)}`, p2p_id: value, order_user_id: value })),
    ]);
  });

  it('answers the rooms of a seller and of a buyer, one that is of both only once', async () => {
    expect(namesIn(await ask({ p2p_id: 15, order_user_id: '8' }).expect(200))).toEqual(['sells to 8', 'sells to 9', '8 buys of 16', 'without seller']);
  });

  it.each([15, '15'])('answers the rooms of seller %j alone', async (seller) => {
    expect(namesIn(await ask({ p2p_id: seller }).expect(200))).toEqual(['sells to 8', 'sells to 9']);
  });

  it.each([8, '8'])('answers the rooms of buyer %j alone', async (user) => {
    expect(namesIn(await ask({ order_user_id: user }).expect(200))).toEqual(['sells to 8', '8 buys of 16', 'without seller']);
  });

  it.each(EMPTY_LIKE)('takes %j in one branch as nothing, and in both', async (blank) => {
    expect(namesIn(await ask({ p2p_id: '15', order_user_id: blank }).expect(200))).toEqual(['sells to 8', 'sells to 9']);
    expect(namesIn(await ask({ p2p_id: blank, order_user_id: '8' }).expect(200))).toEqual(['sells to 8', '8 buys of 16', 'without seller']);
    expect((await ask({ p2p_id: blank, order_user_id: blank }).expect(200)).body).toStrictEqual(NOTHING);
    expect((await ask({ p2p_id: blank }).expect(200)).body).toStrictEqual(NOTHING);
    expect((await ask({ order_user_id: blank }).expect(200)).body).toStrictEqual(NOTHING);
  });

  it('refuses a call without either, and names both', async () => {
    expect((await ask({}).expect(400)).body).toStrictEqual(refusedList('p2p_id'));
    expect((await ask({}).expect(400)).body).toStrictEqual(refusedList('order_user_id'));
  });

  it('takes a form, hyphens, and goes by type and db_name', async () => {
    expect(namesIn(await callForm('fetchRoomByUserIdUserToUser', `db_name=${tenant.key}&type=user-to-user&p2p_id=15&order_user_id=`))).toEqual(['sells to 8', 'sells to 9']);
    expect(namesIn(await ask({ p2p_id: 15, type: 'general' }).expect(200))).toEqual(['of another type']);
    const beside = await call('fetchRoomByUserIdUserToUser', { db_name: 'another', p2p_id: 15, type: 'user_to_user' }, `/t/${tenant.key}`).expect(200);
    expect(namesIn(beside)).toEqual(['of another name']);
  });
});

describe.each(['fetchAllRoom', 'fetchRoomByClient'])('POST /api/room/%s', (list) => {
  let panel: Tenant;
  const ask = (body: object): request.Test => call(list, { db_name: panel.key, type: 'agent_to_user', ...body });

  beforeAll(async () => {
    panel = await newTenant(service);
    await store(panel, [
      { room_name: 'client 1', client_id: '1' },
      { room_name: 'client 2', client_id: '2', agent_db: 'another' },
      { room_name: 'without client' },
      { room_name: 'client null', client_id: null },
      { room_name: 'client undefined', client_id: 'undefined' },
      { room_name: 'of another type', client_id: '1', type: 'general' },
      { room_name: 'of another name', client_id: '1', db_name: 'another' },
    ]);
  });

  it.each([{}, { client_id: null }, { client_id: '' }, { client_id: 'undefined' }])('answers the rooms of every client to %j, newest first', async (body) => {
    expect(namesIn(await ask(body).expect(200))).toEqual(['client 1', 'client 2', 'without client', 'client null', 'client undefined']);
  });

  it.each([
    [1, ['client 1']],
    ['2', ['client 2']],
    [3, []],
  ])('answers the rooms of client %j only', async (client, rooms) => {
    expect(namesIn(await ask({ client_id: client }).expect(200))).toEqual(rooms);
  });

  it('takes a form, hyphens, and goes by type and db_name', async () => {
    expect(namesIn(await callForm(list, `db_name=${panel.key}&type=agent-to-user&client_id=1`).expect(200))).toEqual(['client 1']);
    expect(namesIn(await callForm(list, `db_name=${panel.key}&type=user-to-agent&client_id=`).expect(200))).toHaveLength(5);
    expect(namesIn(await ask({ type: 'general' }).expect(200))).toEqual(['of another type']);
    expect(namesIn(await call(list, { db_name: 'another', type: 'agent_to_user' }, `/t/${panel.key}`).expect(200))).toEqual(['of another name']);
  });

  it(`carries participants and newest message ${list === 'fetchAllRoom' ? 'always as lists' : 'not at all'}`, async () => {
    const own = await newTenant(service);
    const written = aStoredRoom(own.key, { db_name: own.key });
    await storeRooms(service, own, [written, aStoredRoom(own.key, { db_name: own.key })]);
    await aMessage(service, own, written._id, { message: 'first' });
    await aMessage(service, own, written._id, { message: 'second', sender: { ...AGENT, user_type: 'user', user_id: '9' } });
    const { roomData } = (await call(list, { db_name: own.key, type: 'agent_to_user' }).expect(200)).body;
    const chats = { user_Data: [{ user_id: '141' }, { user_id: '9' }], chat_Data: [{ message: 'second' }] };
    if (list === 'fetchAllRoom') expect(roomData).toMatchObject([chats, { user_Data: [], chat_Data: [] }]);
    const fields = ['_id', 'status', 'type', 'room_name', 'agent_db', 'agent_id', 'db_name', 'created_date', 'updated_date', '__v'];
    const more = list === 'fetchAllRoom' ? ['user_Data', 'chat_Data'] : [];
    expect((roomData as Room[]).map((room) => Object.keys(room).sort())).toEqual([1, 2].map(() => [...fields, ...more].sort()));
  });
});
