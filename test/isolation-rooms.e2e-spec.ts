import request from 'supertest';

import { newId } from '../src/mongo/index.js';
import { RoomRepository } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, storeRooms } from './support/build.js';
import { aListedRoom, LIST_NAMES, LISTS, listRoute, nameFieldOf } from './support/lists.js';
import { dropAll, newTenant } from './support/tenants.js';

const ORDERS = ['1', '2', '3', '4', '5', '6'];
const ROUNDS = 5;

/** What a call answered: its status, and of every room the deployment that it was marked with. */
interface Outcome {
  readonly status: number;
  readonly marks: readonly unknown[];
}

/** One of two deployments that have the same rooms, agents, shops and orders, and even the same ids and names of databases. */
interface Side {
  readonly tenant: Tenant;
  readonly mark: string;
  readonly prefix: string;
}

let service: TestApp;
let sides: readonly [Side, Side];
const ids = ORDERS.map(() => newId());

const post = (side: Side, route: string, body: object): request.Test => request(service.url).post(`${side.prefix}${route}`).send(body);

function outcomeOf({ status, body }: request.Response): Outcome {
  const rooms = Array.isArray(body.roomData) ? (body.roomData as Record<string, unknown>[]) : [(body.roomData ?? body) as Record<string, unknown>];
  const chats = rooms.flatMap((room) => (room.chat_Data ?? []) as Record<string, unknown>[]);
  const people = rooms.flatMap((room) => (room.user_Data ?? []) as Record<string, unknown>[]);
  return { status, marks: [...rooms.map((room) => room.vendor_name), ...chats.map(({ message }) => message), ...people.map(({ username }) => username)] };
}

/** Every call about rooms, made on one side; answers all outcomes by the call's name. */
async function allCalls(side: Side): Promise<[string, Outcome][]> {
  const made = `made at once ${newId().toHexString()}`;
  const calls: [string, request.Test][] = [
    ...LIST_NAMES.flatMap((list): [string, request.Test][] => {
      const unnamed = { ...LISTS[list]('shared'), [nameFieldOf(list)]: undefined };
      const named = LISTS[list](side.tenant.key);
      return [
        [list, post(side, listRoute(list), LISTS[list]('shared'))],
        [`${list} in a page`, post(side, listRoute(list), { ...LISTS[list]('shared'), limit: 2 })],
        [`${list} since a date`, post(side, listRoute(list), { ...LISTS[list]('shared'), updated_since: '2024-01-01' })],
        [`${list} by the client header`, request(service.url).post(listRoute(list)).set('client', side.tenant.key).send(unnamed)],
        [`${list} by name`, request(service.url).post(listRoute(list)).send(named)],
      ];
    }),
    ['createRoom of a known name', post(side, '/api/room/createRoom', { room_name: 'OrderNo-1', vendor_name: 'none of both' })],
    ['createRoom', post(side, '/api/room/createRoom', { room_name: made, vendor_name: side.mark, type: 'general', db_name: 'made' })],
    ['a room by id', request(service.url).get(`${side.prefix}/api/room/${ids[0]!.toHexString()}`)],
    ['rooms by order', request(service.url).get(`${side.prefix}/api/room?room_id=1`)],
  ];
  return Promise.all(calls.map(async ([name, call]) => [name, outcomeOf(await call)]));
}

beforeAll(async () => {
  service = await startApp();
  const tenants = [await newTenant(service), await newTenant(service)] as const;
  sides = tenants.map((tenant) => ({ tenant, mark: tenant.key, prefix: `/t/${tenant.key}` })) as unknown as [Side, Side];
  for (const { tenant, mark } of sides) {
    const shared = ORDERS.map((order, index) => aListedRoom('shared', { _id: ids[index]!, room_id: order, room_name: `OrderNo-${order}`, vendor_name: mark }));
    const own = ORDERS.map((order) => aListedRoom(tenant.key, { room_name: `own-${order}`, room_id: order, vendor_name: mark }));
    await storeRooms(service, tenant, [...shared, ...own]);
    for (const room of [...shared, ...own]) await aMessage(service, tenant, room._id, { message: mark, sender: { user_type: 'user', user_id: '1', username: mark } });
  }
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});

describe('Two deployments with the same room names, ids, order numbers, agents, customers and shops', () => {
  it('answer every call about rooms with their own, both at once and time after time', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const answers = await Promise.all(sides.map(allCalls));
      for (const [index, { mark }] of sides.entries()) {
        for (const [name, { status, marks }] of answers[index]!) {
          expect({ name, status, marks: [...new Set(marks)] }).toEqual({ name, status: 200, marks: [mark] });
        }
      }
      // The same calls find the same on both sides: nothing is missing for being somewhere else.
      const counts = answers.map((outcomes) => outcomes.map(([name, { marks }]) => [name, marks.length]));
      expect(counts[0]).toEqual(counts[1]);
    }
  });

  it('make a room of one name each, of many calls to both at once', async () => {
    const body = { room_name: 'the same in both', agent_db: 'shared', type: 'agent_to_user', agent_id: '141' };
    const calls = Array.from({ length: 16 }, (_, index) => sides[(index % 2) as 0 | 1]);
    const answers = await Promise.all(calls.map((side) => post(side, '/api/room/createRoom', { ...body, vendor_name: side.mark })));
    const rooms = answers.map(({ body: { roomData } }) => roomData as { _id: string; vendor_name: string });
    expect(rooms.map((room) => room.vendor_name)).toEqual(calls.map(({ mark }) => mark));
    expect(new Set(rooms.map((room) => room._id)).size).toBe(2);
    expect(answers.filter((answer) => answer.body.status === false)).toHaveLength(2);
  });

  it('raise an issue in their own room only, though the other has one of the same id', async () => {
    const [one, two] = sides;
    const id = ids[1]!;
    const before = await service.app.get(RoomRepository).findById(two.tenant, id);
    await request(service.url).put(`${one.prefix}/api/room/raiseanissue/${id.toHexString()}`).send({ isRaiseIssue: 1 }).expect(200);
    expect(await service.app.get(RoomRepository).findById(two.tenant, id)).toStrictEqual(before);
    expect(await service.app.get(RoomRepository).findById(one.tenant, id)).toMatchObject({ isRaiseIssue: true, vendor_name: one.mark });
  });

  it('do not take each other\'s cursors, whatever the list', async () => {
    const [one, two] = sides;
    for (const list of LIST_NAMES) {
      const body = { ...LISTS[list]('shared'), limit: 2 };
      const { next_cursor: cursor } = (await post(one, listRoute(list), body).expect(200)).body;
      expect((await post(two, listRoute(list), { ...body, cursor }).expect(400)).body).toMatchObject({ error: 'CURSOR_INVALID', roomData: [] });
    }
  });

  it('are never mixed where a call names both', async () => {
    const [one, two] = sides;
    for (const list of LIST_NAMES) {
      const { status, body } = await post(one, listRoute(list), LISTS[list](two.tenant.key));
      expect([status, body.error, body.roomData]).toEqual([403, 'TENANT_MISMATCH', []]);
    }
    const created = await post(one, '/api/room/createRoom', { room_name: 'of both', agent_db: one.tenant.key, db_name: two.tenant.key });
    expect([created.status, created.body.error]).toEqual([403, 'TENANT_MISMATCH']);
  });
});
