import request from 'supertest';

import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, storeRooms } from './support/build.js';
import { LISTS, LIST_NAMES, aListedRoom, nameFieldOf, } from './support/lists.js';
import { refusedList } from './support/refusal.js';
import { dropAll, newTenant } from './support/tenants.js';

const AN_HOUR = 3_600_000;
const NEWEST = Date.parse('2024-06-01T00:00:00.000Z');
/** Two hundred shops beside the one that has the rooms, and a thousand. */
const TWO_HUNDRED = ['7', ...Array.from({ length: 200 }, (_, index) => String(20_000 + index))];
const THOUSAND = [...TWO_HUNDRED, ...Array.from({ length: 800 }, (_, index) => String(30_000 + index))];

interface Page {
  readonly roomData: readonly { readonly _id: string }[];
  readonly next_cursor: string | null;
  readonly as_of: string;
}
interface Asked {
  readonly list: string;
  readonly bodyOf: (name: string) => object;
  /** How the rooms of {@link grouped} differ, so that each branch or shop has some. */
  readonly fieldsAt?: ((index: number) => Partial<Room>) | undefined;
}

const idsOf = (...pages: readonly Page[]): string[] => pages.flatMap((page) => page.roomData.map((room) => room._id));
const shopAt = (index: number): Partial<Room> => ({ vendor_id: ['7', '20000', '20100'][index % 3]! });
const branchAt = (index: number): Partial<Room> => [{ p2p_id: '99' }, { order_user_id: '99' }, {}][index % 3]!;

/** Each list, and those that MongoDB is asked for in several questions or branches. */
const ASKED: readonly Asked[] = [
  ...LIST_NAMES.map((list) => ({ list, bodyOf: LISTS[list] })),
  ...[TWO_HUNDRED.slice(0, 2), TWO_HUNDRED.slice(0, 200), TWO_HUNDRED, THOUSAND].map((shops) => ({
    list: 'fetchRoomByVendor',
    bodyOf: (name: string) => ({ ...LISTS.fetchRoomByVendor(name), vendor_id: shops }),
    ...(shops.length > 2 ? { fieldsAt: shopAt } : {}),
  })),
  { list: 'fetchRoomByUserIdUserToUser', bodyOf: LISTS.fetchRoomByUserIdUserToUser, fieldsAt: branchAt },
];

let service: TestApp;

beforeAll(async () => {
  service = await startApp();
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});

const post = (list: string, body: object, prefix = ''): request.Test => request(service.url).post(`${prefix}/api/room/${list}`).send(body);

/** All pages from the first to the one without a next; `meanwhile` runs after each. */
async function pagesOf(list: string, body: object, meanwhile: (pages: readonly Page[]) => Promise<unknown> = async () => undefined): Promise<Page[]> {
  const pages: Page[] = [];
  for (let cursor: string | null | undefined; cursor !== null; cursor = pages.at(-1)!.next_cursor) {
    pages.push((await post(list, cursor === undefined ? body : { ...body, cursor }).expect(200)).body);
    await meanwhile(pages);
  }
  return pages;
}

/** A deployment with thirty rooms, in groups of one, three and six of one date. */
async function grouped(fieldsAt: Asked['fieldsAt'] = () => ({})): Promise<{ tenant: Tenant; rooms: Room[] }> {
  const tenant = await newTenant(service);
  const groupOf = Array.from('0111222222333333456666667777888888').slice(0, 30);
  const rooms = groupOf.map((group, index) => aListedRoom(tenant.key, { ...fieldsAt(index), updated_date: new Date(NEWEST - Number(group) * AN_HOUR) }));
  await storeRooms(service, tenant, rooms);
  return { tenant, rooms };
}

describe.each(ASKED.map((asked, index) => ({ ...asked, how: `${index + 1}: ${asked.list}`, count: (asked.bodyOf('') as { vendor_id?: unknown[] }).vendor_id?.length ?? 0 })))(
  'The list $how ($count shops)',
  ({ list, bodyOf, fieldsAt }) => {
    it('in pages of any size is the whole list in its order, none lost or repeated where dates are equal', async () => {
      const { tenant } = await grouped(fieldsAt);
      const whole = (await post(list, bodyOf(tenant.key)).expect(200)).body as Page;
      expect(new Set(idsOf(whole)).size).toBe(30);
      for (const limit of [1, 2, 4, 7, 29, 30, 31]) {
        const pages = await pagesOf(list, { ...bodyOf(tenant.key), limit });
        expect(idsOf(...pages)).toEqual(idsOf(whole));
        expect(pages).toHaveLength(Math.ceil(30 / limit));
      }
    });

    it('since a date, whole and in pages, is the newer part of the list', async () => {
      const { tenant, rooms } = await grouped(fieldsAt);
      const date = new Date(NEWEST - 4 * AN_HOUR).toISOString();
      const newer = rooms.filter((room) => room.updated_date >= new Date(date)).length;
      const whole = (await post(list, bodyOf(tenant.key)).expect(200)).body as Page;
      const since = (await post(list, { ...bodyOf(tenant.key), updated_since: date }).expect(200)).body as Page;
      expect(since).toStrictEqual({ roomData: whole.roomData.slice(0, newer), status: true, statusCode: 200, next_cursor: null, as_of: expect.any(String) });
      expect(idsOf(...(await pagesOf(list, { ...bodyOf(tenant.key), updated_since: date, limit: 3 })))).toEqual(idsOf(since));
    });

    it('repeats no room while rooms move, and updated_since as_of answers those that the pages miss', async () => {
      const { tenant, rooms } = await grouped(fieldsAt);
      const moved = new Set<string>();
      const pages = await pagesOf(list, { ...bodyOf(tenant.key), limit: 4 }, async ({ length }) => {
        for (const room of [rooms[length * 4 - 2], rooms[length * 4 + 1], rooms[29 - length]]) {
          if (room === undefined) continue;
          await aMessage(service, tenant, room._id);
          moved.add(room._id.toHexString());
        }
      });
      const paged = idsOf(...pages);
      expect(new Set(paged).size).toBe(paged.length);
      expect(pages.map((page) => page.as_of)).toEqual(pages.map(() => pages[0]!.as_of));
      const since = idsOf((await post(list, { ...bodyOf(tenant.key), updated_since: pages[0]!.as_of }).expect(200)).body);
      expect(since.sort()).toEqual([...moved].sort());
      expect(new Set([...paged, ...since]).size).toBe(30);
    });

    it('takes limit as text, and limit and cursor of a form', async () => {
      const { tenant } = await grouped(fieldsAt);
      const body = { ...bodyOf(tenant.key), limit: '4' };
      const first = (await post(list, body).type('form').expect(200)).body as Page;
      const second = (await post(list, { ...body, cursor: first.next_cursor }).type('form').expect(200)).body as Page;
      expect(idsOf(first, second)).toEqual(idsOf((await post(list, { ...body, limit: 8 }).expect(200)).body));
    });
  },
);

describe.each(LIST_NAMES)('A cursor of %s', (list) => {
  const cursorOf = async (body: object): Promise<string> => (await post(list, { ...body, limit: 2 }).expect(200)).body.next_cursor as string;
  const refused = refusedList('cursor', 'CURSOR_INVALID');

  it('is refused by every other list, also one that is asked with the same words', async () => {
    const { tenant } = await grouped();
    const all = Object.assign({}, ...LIST_NAMES.map((name) => LISTS[name](tenant.key))) as object;
    const cursor = await cursorOf(all);
    for (const other of LIST_NAMES.filter((name) => name !== list)) {
      expect((await post(other, { ...all, limit: 2, cursor }).expect(400)).body).toStrictEqual(refused);
    }
    const order = await request(service.url).get('/api/room').query({ room_id: '52788594', limit: 2, cursor, db_name: tenant.key }).expect(400);
    expect(order.body).toStrictEqual(refused);
    expect((await post(list, { ...all, limit: 2, cursor }).expect(200)).body.roomData).toHaveLength(2);
  });

  it('is refused with any field that the list goes by changed, left out or added', async () => {
    const { tenant } = await grouped();
    const body: Record<string, unknown> = LISTS[list](tenant.key);
    const cursor = await cursorOf(body);
    for (const field of Object.keys(body).filter((name) => name !== nameFieldOf(list))) {
      const changed = { ...body, [field]: field === 'vendor_id' ? ['7', '8'] : 'vendor_to_user' };
      expect((await post(list, { ...changed, limit: 2, cursor }).expect(400)).body).toStrictEqual(refused);
    }
    expect((await post(list, { ...body, limit: 2, cursor, updated_since: '2024-01-01' }).expect(400)).body).toStrictEqual(refused);
    if ('client_id' in body) expect((await post(list, { ...body, client_id: null, limit: 2, cursor }).expect(400)).body).toStrictEqual(refused);
  });

  it('is refused by another deployment that is asked with the same words', async () => {
    const [one, two] = [await newTenant(service), await newTenant(service)];
    for (const tenant of [one, two]) await storeRooms(service, tenant, [1, 2, 3].map(() => aListedRoom('shared')));
    const body = { ...LISTS[list](`shared`), limit: 1 };
    const first = (await post(list, body, `/t/${one.key}`).expect(200)).body as Page;
    expect((await post(list, { ...body, cursor: first.next_cursor }, `/t/${two.key}`).expect(400)).body).toStrictEqual(refused);
    expect((await post(list, { ...body, cursor: first.next_cursor }, `/t/${one.key}`).expect(200)).body.roomData).toHaveLength(1);
  });

  it('is taken where the same list is asked for in other words', async () => {
    const { tenant } = await grouped();
    const body: Record<string, unknown> = LISTS[list](tenant.key);
    const cursor = await cursorOf(body);
    const numbers = Object.fromEntries(Object.entries(body).map(([field, value]) => [field, /^\d+$/.test(String(value)) ? Number(value) : value]));
    for (const words of [numbers, { ...body, type: 'agent-to-user' }, { ...body, type: 'user_to_agent' }, { ...body, unknown: 1 }]) {
      expect((await post(list, { ...words, limit: 2, cursor }).expect(200)).body.roomData).toHaveLength(2);
    }
  });
});

it('A cursor of fetchRoomByUserId is refused by the peer list that is asked for the same buyer', async () => {
  const { tenant } = await grouped();
  const body = { ...LISTS.fetchRoomByUserId(tenant.key), limit: 2 };
  const first = (await post('fetchRoomByUserId', body).expect(200)).body as Page;
  const answer = await post('fetchRoomByUserIdUserToUser', { ...body, cursor: first.next_cursor }).expect(400);
  expect(answer.body).toStrictEqual(refusedList('cursor', 'CURSOR_INVALID'));
});

it('A cursor of fetchRoomByVendor is taken whatever the order and repeats of the shops', async () => {
  const { tenant } = await grouped(shopAt);
  const body = { ...LISTS.fetchRoomByVendor(tenant.key), limit: 4 };
  const first = (await post('fetchRoomByVendor', { ...body, vendor_id: ['7', '20000', '20100'] }).expect(200)).body as Page;
  const second = await post('fetchRoomByVendor', { ...body, vendor_id: [20_100, 7, '20000', null, 7], cursor: first.next_cursor }).expect(200);
  expect(second.body.roomData).toHaveLength(4);
});

it('fetchRoomByClient pages rooms alone', async () => {
  const { tenant } = await grouped();
  const { body } = await post('fetchRoomByClient', { ...LISTS.fetchRoomByClient(tenant.key), limit: 5 }).expect(200);
  expect(body.roomData).toHaveLength(5);
  for (const room of body.roomData as object[]) expect(Object.keys(room)).toEqual(expect.not.arrayContaining(['user_Data', 'chat_Data']));
});
