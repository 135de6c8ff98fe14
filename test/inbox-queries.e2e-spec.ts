import type { mongo } from 'mongoose';
import request from 'supertest';

import { Clusters } from '../src/mongo/index.js';
import type { Participant, Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aStoredRoom, storeRooms } from './support/build.js';
import { explain, monitored, onCommand } from './support/explain.js';
import { dropAll, newTenant } from './support/tenants.js';

const ROUTE = '/api/room/fetchRoomByUserAgent';
const AN_HOUR = 3_600_000;
const NEWEST = Date.parse('2024-06-01T00:00:00.000Z');

describe('POST /api/room/fetchRoomByUserAgent', () => {
  let service: TestApp;
  let client: mongo.MongoClient;
  let tenant: Tenant;
  const started: mongo.CommandStartedEvent[] = [];

  const ask = (asked: Tenant, body: object = {}): request.Test =>
    request(service.url).post(ROUTE).send({ agent_db: asked.key, agent_id: '141', type: 'agent_to_user', ...body });

  /** The commands of `work`, without those that no request waits for: the directory's look at whether something changed and its reading of all tenants then, a ping. */
  async function commandsOf(work: () => Promise<unknown>): Promise<mongo.CommandStartedEvent[]> {
    const before = started.length;
    await work();
    const isOfDirectory = ({ find, filter }: mongo.Document): boolean => find === 'revisions' || (find === 'tenants' && Object.keys(filter as object).length === 0);
    const isBackground = ({ databaseName, command }: mongo.CommandStartedEvent): boolean =>
      'ping' in command || (databaseName === service.config.mongo.controlDatabase && isOfDirectory(command));
    return started.slice(before).filter((event) => !isBackground(event));
  }

  /** The one command of one request. */
  async function theCommandOf(asked: Tenant, body: object): Promise<{ event: mongo.CommandStartedEvent; answer: request.Response }> {
    let answer: request.Response | undefined;
    const [event, ...more] = await commandsOf(async () => (answer = await ask(asked, body).expect(200)));
    expect(more.map(({ databaseName, command }) => ({ databaseName, command }))).toEqual([]);
    return { event: event!, answer: answer! };
  }

  beforeAll(async () => {
    service = await startApp({ MONGODB_URI: monitored(process.env.MONGODB_URI ?? ''), DIRECTORY_REFRESH_MS: '4000' });
    client = await service.app.get(Clusters).default.run(async (connection) => connection.getClient());
    onCommand(client, (event) => started.push(event));
    tenant = await newTenant(service);
    await storeRooms(service, tenant, manyRooms(tenant));
    // From here on every room of the list is in memory, and how far MongoDB's members have got is known; until the driver's monitor says so, a list with it asks.
    await ask(tenant).expect(200);
    await ask(tenant, { limit: 1 }).expect(200);
  });
  afterAll(async () => {
    await service.close();
    // Dropping waits for every instance's look at the directory, so that an instance which looks often does it.
    const sweeper = await startApp({ CONTROL_DATABASE: service.config.mongo.controlDatabase });
    await dropAll(sweeper);
    await sweeper.close();
  });

  /** 1,200 rooms of agent 141, three of each date, among 800 that an agent of another number, name or type has. */
  function manyRooms({ key }: Tenant): Room[] {
    const at = (index: number): Partial<Room> => ({ updated_date: new Date(NEWEST - Math.floor(index / 3) * AN_HOUR) });
    const others: Partial<Room>[] = [{ agent_id: '14' }, { agent_id: '1411' }, { agent_db: 'other' }, { type: 'general' }];
    return [
      ...Array.from({ length: 1_200 }, (_, index) => aStoredRoom(key, at(index))),
      ...others.flatMap((fields) => Array.from({ length: 200 }, (_, index) => aStoredRoom(key, { ...at(index), ...fields }))),
    ];
  }

  describe('sends', () => {
    const isOneFind = (events: mongo.CommandStartedEvent[]): void => expect(events.map(({ commandName }) => commandName)).toEqual(['find']);

    it.each([1, 50, 300])('one find more for a list of %i rooms that are not in memory yet', async (count) => {
      const own = await newTenant(service);
      await storeRooms(service, own, Array.from({ length: count }, () => aStoredRoom(own.key)));
      const events = await commandsOf(() => ask(own).expect(200));
      expect(events.filter(({ commandName }) => commandName === 'find')).toHaveLength(2);
    });

    it.each([0, 1, 50, 300])('one find for a list of %i rooms with their participants and messages', async (count) => {
      const own = await newTenant(service);
      await storeRooms(service, own, Array.from({ length: count }, () => aStoredRoom(own.key)));
      await ask(own).expect(200);
      isOneFind(
        await commandsOf(async () => {
          expect((await ask(own).expect(200)).body.roomData).toHaveLength(count);
        }),
      );
    });

    it('one find for 1,200 rooms', async () => {
      const { event, answer } = await theCommandOf(tenant, {});
      expect(event.commandName).toBe('find');
      expect(answer.body.roomData).toHaveLength(1_200);
    });

    it('one find for each page, whatever its size', async () => {
      for (const limit of [1, 50, 101, 500]) {
        const first = await theCommandOf(tenant, { limit });
        const second = await theCommandOf(tenant, { limit, cursor: first.answer.body.next_cursor });
        isOneFind([first.event]);
        isOneFind([second.event]);
        expect([first.answer.body.roomData.length, second.answer.body.roomData.length]).toEqual([limit, limit]);
      }
    });

    it('a total order, so that rooms of one date cannot change places between two pages', async () => {
      const { event, answer } = await theCommandOf(tenant, { limit: 2 });
      const { event: next } = await theCommandOf(tenant, { limit: 2, cursor: answer.body.next_cursor });
      const order = [['updated_date', -1], ['_id', -1]];
      expect([event, next].map(({ command }) => Object.entries(command.sort as object))).toEqual([order, order]);
    });

    it('one find for updated_since', async () => {
      const { event, answer } = await theCommandOf(tenant, { updated_since: '2024-05-31T00:00:00.000Z' });
      isOneFind([event]);
      expect(answer.body.roomData).toHaveLength(75);
    });

    it('one command more for rooms above the 16 MB of one answer of MongoDB, and answers all of them', async () => {
      const heavy = await newTenant(service);
      const participants = [{ user_type: 'agent', username: 'x'.repeat(200_000) } as Participant];
      for (let part = 0; part < 10; part++) {
        await storeRooms(service, heavy, Array.from({ length: 10 }, () => aStoredRoom(heavy.key, { participants })));
      }
      await ask(heavy, { limit: 1 }).expect(200);
      const events = await commandsOf(async () => {
        const rooms: Room[] = (await ask(heavy).expect(200)).body.roomData;
        expect(new Set(rooms.map((room) => room._id)).size).toBe(100);
      });
      expect(events.map(({ commandName }) => commandName)).toEqual(['find', 'find', 'find']);
      isOneFind(await commandsOf(() => ask(heavy).expect(200)));
    }, 30_000);

    it('one find more where there are more than 20,000 keys, and answers all rooms in order', async () => {
      const crowded = await newTenant(service, { limits: { rooms_a_list: 50_000 } });
      // Two of each date, so that the first answer of MongoDB ends between two that only their ids tell apart.
      const rooms = Array.from({ length: 20_001 }, (_, at) => aStoredRoom(crowded.key, { updated_date: new Date(NEWEST - Math.ceil(at / 2)) }));
      await storeRooms(service, crowded, rooms);
      const list = async (): Promise<string[]> => ((await ask(crowded).expect(200)).body.roomData as Room[]).map(({ _id }) => String(_id));
      const newestFirst = rooms.map((room) => [room.updated_date.getTime(), room._id.toHexString()] as const).sort(([a, one], [b, other]) => b - a || (one < other ? 1 : -1));
      expect(await list()).toEqual(newestFirst.map(([, id]) => id));
      expect((await commandsOf(list)).map(({ commandName }) => commandName)).toEqual(['find', 'find']);
    }, 120_000);

    it('nothing for an agent_id that matches nothing, nor for a call that is refused', async () => {
      const events = await commandsOf(async () => {
        await ask(tenant, { agent_id: null }).expect(200);
        await ask(tenant, { agent_id: {} }).expect(400);
        await ask(tenant, { limit: 0 }).expect(400);
        await ask(tenant, { limit: 5, cursor: 'x' }).expect(400);
        await ask(tenant, { agent_db: 'nobody' }).expect(404);
      });
      expect(events).toEqual([]);
    });
  });

  describe('runs on an index', () => {
    const INDEX = 'agent_db_1_agent_id_1_type_1_updated_date_-1__id_-1_revision_1';

    /** Asserts the plan of one call: an index in the order of the list, no document, and not a key more than `extra` in vain. */
    async function expectIndexed(body: object, { rooms, extra = 1 }: { rooms: number; extra?: number }): Promise<request.Response> {
      const { event, answer } = await theCommandOf(tenant, body);
      const { stages, indexes, returned, examined, keys } = await explain(client, event);
      expect(answer.body.roomData).toHaveLength(rooms);
      expect(stages).toContain('IXSCAN');
      expect(stages).not.toContain('COLLSCAN');
      expect(stages).not.toContain('SORT');
      expect(new Set(indexes)).toEqual(new Set([INDEX]));
      expect(returned).toBeGreaterThanOrEqual(rooms);
      expect(examined).toBe(0);
      expect(keys).toBeLessThanOrEqual(rooms + extra + 2);
      return answer;
    }

    it('for the whole list', async () => {
      await expectIndexed({}, { rooms: 1_200 });
    });

    it('for a first page', async () => {
      await expectIndexed({ limit: 50 }, { rooms: 50 });
      await expectIndexed({ limit: 1 }, { rooms: 1 });
    });

    it('for a second page, the last before the end, and the last', async () => {
      const first = await expectIndexed({ limit: 500 }, { rooms: 500 });
      const second = await expectIndexed({ limit: 500, cursor: first.body.next_cursor }, { rooms: 500 });
      await expectIndexed({ limit: 199, cursor: second.body.next_cursor }, { rooms: 199 });
      await expectIndexed({ limit: 500, cursor: second.body.next_cursor }, { rooms: 200 });
    });

    it('for a second page that begins among rooms of one date', async () => {
      for (const limit of [1, 2, 3, 4]) {
        const { next_cursor: cursor } = (await ask(tenant, { limit }).expect(200)).body;
        await expectIndexed({ limit: 20, cursor }, { rooms: 20 });
      }
    });

    it('for updated_since, also in pages', async () => {
      await expectIndexed({ updated_since: '2024-05-31T00:00:00.000Z' }, { rooms: 75 });
      const since = { updated_since: '2024-05-31T00:00:00.000Z', limit: 50 };
      const first = await expectIndexed(since, { rooms: 50 });
      await expectIndexed({ ...since, cursor: first.body.next_cursor }, { rooms: 25 });
    });

    it('for an agent without rooms, without reading any', async () => {
      await expectIndexed({ agent_id: '999' }, { rooms: 0, extra: 0 });
    });
  });

  describe('touches', () => {
    it('only the database of the deployment that is asked for', async () => {
      const others = [await newTenant(service), await newTenant(service), await newTenant(service)];
      for (const other of others) await ask(other, { limit: 1 }).expect(200);
      for (const asked of [tenant, ...others]) {
        const events = await commandsOf(async () => {
          for (const body of [{}, { limit: 5 }, { updated_since: '2024-01-01' }, { db_name: 'admin' }, { client_id: 'local' }]) await ask(asked, body).expect(200);
        });
        expect(events.map(({ databaseName }) => databaseName)).toEqual(Array.from({ length: 5 }, () => asked.database));
      }
    });

    it('the control database not once for twenty calls, but for the look of the directory every four seconds', async () => {
      const before = started.length;
      for (let call = 0; call < 20; call++) await ask(tenant, { limit: 5 }).expect(200);
      const looks = started.slice(before).filter(({ databaseName }) => databaseName !== tenant.database);
      expect(looks.length).toBeLessThan(20);
    });

    it('collections by reading only, once the deployment has its indexes', async () => {
      const fresh = await newTenant(service);
      const first = await commandsOf(() => ask(fresh).expect(200));
      expect(first.map(({ commandName }) => commandName)).toContain('createIndexes');
      const second = await commandsOf(() => ask(fresh).expect(200));
      expect(second.map(({ commandName, command }) => [commandName, command.find])).toEqual([['find', 'rooms']]);
    });
  });
});
