import type { mongo } from 'mongoose';
import request from 'supertest';

import { Clusters } from '../src/mongo/index.js';
import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { storeRooms } from './support/build.js';
import { explain, monitored, onCommand } from './support/explain.js';
import { aListedRoom } from './support/lists.js';
import { dropAll, newTenant } from './support/tenants.js';

const AN_HOUR = 3_600_000;
const NEWEST = Date.parse('2024-06-01T00:00:00.000Z');
/** Shops 1 to 1,000; rooms have those up to 300. */
const SHOPS = Array.from({ length: 1_000 }, (_, index) => String(index + 1));
const SHOPS_WITH_ROOMS = 300;
const PAGE = 25;

interface Row {
  readonly how: string;
  /** The route's last word; without it the call is the one by order number. */
  readonly list?: string;
  readonly body: object;
  readonly rooms: number;
  /** The indexes that may be read. */
  readonly indexes: readonly string[];
  /** The most keys that may be read beside those of the rooms. */
  readonly keys: number;
}

const AGENT = 'agent_db_1_agent_id_1_type_1_updated_date_-1__id_-1_revision_1';
const USER = 'db_name_1_order_user_id_1_type_1_updated_date_-1__id_-1_revision_1';
const PEER = 'db_name_1_p2p_id_1_type_1_updated_date_-1__id_-1_revision_1';
const VENDOR = 'db_name_1_vendor_id_1_type_1_updated_date_-1__id_-1_client_id_1_revision_1';
const PANEL = 'panel_list';
const ORDER = 'room_id_1_updated_date_-1__id_-1_revision_1';

// Every seventh room is of client 2.
const ROOMS = 2_400;
const of = (shops: number): number => (ROOMS / SHOPS_WITH_ROOMS) * Math.min(shops, SHOPS_WITH_ROOMS);
const vendors = (count: number, indexes: readonly string[], keys: number): Row[] => {
  const shops = SHOPS.slice(0, count);
  return [
    { how: `${count} shops`, list: 'fetchRoomByVendor', body: { vendor_id: shops }, rooms: of(count), indexes, keys },
    { how: `${count} shops and a client`, list: 'fetchRoomByVendor', body: { vendor_id: shops, client_id: 1 }, rooms: of(count) - twos(count), indexes, keys },
  ];
};
/** How many rooms of these shops are of client 2. */
function twos(count: number): number {
  return Array.from({ length: ROOMS }, (_, index) => index).filter((index) => index % 7 === 0 && index % SHOPS_WITH_ROOMS < count).length;
}

const ROWS: readonly Row[] = [
  { how: 'an agent', list: 'fetchRoomByUserAgent', body: { agent_id: '141' }, rooms: ROOMS, indexes: [AGENT], keys: 5 },
  { how: 'a customer', list: 'fetchRoomByUserId', body: { order_user_id: '7' }, rooms: ROOMS / 50, indexes: [USER], keys: 5 },
  ...vendors(1, [VENDOR], 10),
  // Up to 200 shops MongoDB may merge each shop's own order or read the panel's, whichever is shorter; both without a sort.
  ...vendors(2, [VENDOR, PANEL], ROOMS * 1.5),
  ...vendors(200, [VENDOR, PANEL], ROOMS * 1.5),
  // Behind 200 shops MongoDB reads the index of the panel in its order, over the keys of other shops, and of the rooms only those it answers.
  ...vendors(201, [PANEL], ROOMS * 1.5),
  ...vendors(1_000, [PANEL], ROOMS * 1.5),
  { how: 'a seller', list: 'fetchRoomByUserIdUserToUser', body: { p2p_id: '3' }, rooms: ROOMS / 40, indexes: [PEER], keys: 5 },
  { how: 'a buyer', list: 'fetchRoomByUserIdUserToUser', body: { order_user_id: '7' }, rooms: ROOMS / 50, indexes: [USER], keys: 5 },
  // The rooms of both are read by each branch.
  { how: 'a seller and a buyer', list: 'fetchRoomByUserIdUserToUser', body: { p2p_id: '3', order_user_id: '7' }, rooms: ROOMS / 40 + ROOMS / 50, indexes: [PEER, USER], keys: 60 },
  { how: 'all', list: 'fetchAllRoom', body: {}, rooms: ROOMS, indexes: [PANEL], keys: 5 },
  { how: 'all of a client', list: 'fetchAllRoom', body: { client_id: 1 }, rooms: ROOMS - twos(SHOPS_WITH_ROOMS), indexes: [PANEL], keys: ROOMS * 0.5 },
  { how: 'all without participants', list: 'fetchRoomByClient', body: { client_id: 1 }, rooms: ROOMS - twos(SHOPS_WITH_ROOMS), indexes: [PANEL], keys: ROOMS * 0.5 },
  { how: 'an order', body: { room_id: '9' }, rooms: ROOMS / 100, indexes: [ORDER], keys: 5 },
];

let service: TestApp;
let client: mongo.MongoClient;
let tenant: Tenant;
const started: mongo.CommandStartedEvent[] = [];

/** One call, and the commands that it sent. */
async function commandsOf({ list, body }: Pick<Row, 'list' | 'body'>, page: object = {}): Promise<{ events: mongo.CommandStartedEvent[]; answer: request.Response }> {
  const before = started.length;
  const panel = { db_name: tenant.key, type: 'agent_to_user' };
  const name = list === 'fetchRoomByUserAgent' ? { agent_db: tenant.key, type: 'agent_to_user' } : panel;
  const answer =
    list === undefined
      ? await request(service.url).get(`/t/${tenant.key}/api/room`).query({ ...body, ...page }).expect(200)
      : await request(service.url).post(`/api/room/${list}`).send({ ...name, ...body, ...page }).expect(200);
  return { events: started.slice(before).filter(({ databaseName }) => databaseName === tenant.database), answer };
}

/** 2,400 rooms of the type that the lists ask for, three of each date, and 400 of others. */
function manyRooms({ key }: Tenant): Room[] {
  const at = (index: number): Partial<Room> => ({
    vendor_id: SHOPS[index % SHOPS_WITH_ROOMS]!,
    order_user_id: String(index % 50),
    p2p_id: String(index % 40),
    room_id: String(index % 100),
    client_id: index % 7 === 0 ? '2' : '1',
    updated_date: new Date(NEWEST - Math.floor(index / 3) * AN_HOUR),
  });
  const mixed = Array.from({ length: ROOMS }, (_, index) => aListedRoom(key, at(index)));
  const others: Partial<Room>[] = [{ type: 'general', room_id: 'other' }, { db_name: 'other', agent_db: 'other', room_id: 'other' }];
  return [...mixed, ...others.flatMap((fields) => Array.from({ length: 200 }, (_, index) => aListedRoom(key, { ...at(index), ...fields })))];
}

beforeAll(async () => {
  service = await startApp({ MONGODB_URI: monitored(process.env.MONGODB_URI ?? ''), DIRECTORY_REFRESH_MS: '4000' });
  client = await service.app.get(Clusters).default.run(async (connection) => connection.getClient());
  onCommand(client, (event) => started.push(event));
  tenant = await newTenant(service);
  await storeRooms(service, tenant, manyRooms(tenant));
  // From here on every room is in memory.
  for (const list of ['fetchAllRoom', 'fetchRoomByClient'] as const) await commandsOf({ list, body: {} });
});
afterAll(async () => {
  await service.close();
  // Dropping waits for every instance's look at the directory, so that an instance which looks often does it.
  const sweeper = await startApp({ CONTROL_DATABASE: service.config.mongo.controlDatabase });
  await dropAll(sweeper);
  await sweeper.close();
});

/** Asserts that these commands ran on the indexes of the row, in their order, and read little in vain. */
async function expectIndexed(events: readonly mongo.CommandStartedEvent[], { indexes, keys }: Row, answered: number): Promise<void> {
  const plans = await Promise.all(events.map((event) => explain(client, event)));
  const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0);
  expect(plans.flatMap(({ stages }) => stages)).toEqual(expect.not.arrayContaining(['COLLSCAN', 'SORT']));
  expect(plans.map(({ stages }) => stages.includes('IXSCAN'))).toEqual(plans.map(() => true));
  expect(indexes).toEqual(expect.arrayContaining([...new Set(plans.flatMap((plan) => plan.indexes))]));
  expect(plans.map(({ examined }) => examined)).toEqual(plans.map(() => 0));
  expect(sum(plans.map((plan) => plan.keys))).toBeLessThanOrEqual(answered + 1 + keys);
}

describe.each(ROWS)('The list of $how', (row) => {
  it('is one find on its index, in the order of the list, without a sort', async () => {
    const { events, answer } = await commandsOf(row);
    expect(events.map(({ commandName }) => commandName)).toEqual(['find']);
    expect(answer.body.roomData).toHaveLength(row.rooms);
    await expectIndexed(events, row, row.rooms);
  });

  it('is read so, too, page by page, since a date, and both', async () => {
    const limit = Math.min(PAGE, row.rooms - 1);
    expect((await commandsOf(row, { limit })).answer.body.next_cursor).toEqual(expect.any(String));
    const updatedSince = new Date(NEWEST - 500 * AN_HOUR).toISOString();
    for (const page of [{ limit }, { limit: 1 }, { limit, updated_since: updatedSince }, { updated_since: updatedSince }]) {
      const first = await commandsOf(row, page);
      expect(first.events.map(({ commandName }) => commandName)).toEqual(['find']);
      await expectIndexed(first.events, row, first.answer.body.roomData.length as number);
      const { next_cursor: cursor } = first.answer.body;
      if (cursor === null) continue;
      const second = await commandsOf(row, { ...page, cursor });
      expect(second.answer.body.roomData.length).toBeGreaterThan(0);
      expect(second.events.length).toBeLessThanOrEqual(2);
      await expectIndexed(second.events, row, second.answer.body.roomData.length as number);
    }
  });
});

describe('The lists', () => {
  it('send nothing to MongoDB for what matches nothing or is refused', async () => {
    const before = started.length;
    const post = (list: string, body: object): request.Test => request(service.url).post(`/api/room/${list}`).send({ db_name: tenant.key, type: 'agent_to_user', ...body });
    for (const vendors of [[], [null], ['', 'undefined'], 'null']) await post('fetchRoomByVendor', { vendor_id: vendors }).expect(200);
    await post('fetchRoomByUserId', { order_user_id: null }).expect(200);
    await post('fetchRoomByUserIdUserToUser', { order_user_id: null, p2p_id: '' }).expect(200);
    await post('fetchAllRoom', { type: '' }).expect(200);
    await post('fetchRoomByClient', { client_id: 'null' }).expect(200);
    await post('fetchRoomByUserIdUserToUser', {}).expect(400);
    await post('fetchRoomByVendor', { vendor_id: { $ne: 1 } }).expect(400);
    expect(started.slice(before).filter(({ databaseName }) => databaseName === tenant.database)).toEqual([]);
  });

  it('never hand MongoDB anything but texts and dates of theirs to match', async () => {
    const { events } = await commandsOf({ list: 'fetchRoomByVendor', body: { vendor_id: [3, '$ne', true, 4.5], client_id: 1 } });
    expect(events.map(({ command }) => command.filter as object)).toEqual([
      { db_name: tenant.key, type: 'agent_to_user', client_id: '1', vendor_id: { $in: ['$ne', '3', '4.5', 'true'] } },
    ]);
  });
});
