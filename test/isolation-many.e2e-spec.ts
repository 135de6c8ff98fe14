import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

import request from 'supertest';

import { Clusters } from '../src/mongo/index.js';
import type { Room } from '../src/room/index.js';
import { TenantModels, type Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aStoredRoom, storeRooms } from './support/build.js';
import { newTenant } from './support/tenants.js';

const ROUTE = '/api/room/fetchRoomByUserAgent';
const DEPLOYMENTS = 200;
const CALLS_EACH = 20;
const AT_ONCE = 60;
// Making a collection with its indexes is slow for MongoDB, and no faster for many at once.
const MADE_AT_ONCE = 5;
const AGENTS = ['1', '2', '141'];
// The service's own pool, and the driver's two connections that watch each server.
const POOL = 50;
const WATCHERS = 2;

/** One call, and the names of the rooms that its answer must hold. */
interface Call {
  readonly tenant: Tenant;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: object;
  readonly rooms: readonly string[];
}

/** Numbers from 0 to 1 that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function shuffled<T>(all: readonly T[], random: () => number): T[] {
  const mixed = [...all];
  for (let last = mixed.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [mixed[last], mixed[other]] = [mixed[other]!, mixed[last]!];
  }
  return mixed;
}

/** Runs `work` on all, `width` of them side by side. */
async function sideBySide<T>(width: number, all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...all];
  const worker = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** The same rooms in every deployment, but for its key as their mark: of each agent one under its own name and one under a shared. */
function roomsOf({ key }: Tenant): Room[] {
  return AGENTS.flatMap((agent) =>
    [key, 'shared'].map((name) =>
      aStoredRoom(name, { room_name: `OrderNo-1-orderId-1-oderVendor-7-agentId-${agent}-${name === key ? 'own' : name}`, agent_id: agent, vendor_name: key }),
    ),
  );
}

/** Twenty calls of one deployment: every agent in every way to say which deployment is meant. */
function callsOf(tenant: Tenant): Call[] {
  const { key } = tenant;
  const under = `/t/${key}${ROUTE}`;
  const ways = (agent: string): Omit<Call, 'tenant' | 'rooms'>[] => [
    { path: ROUTE, headers: {}, body: { agent_db: key, agent_id: agent } },
    { path: ROUTE, headers: { client: key }, body: { agent_id: Number(agent) } },
    { path: ROUTE, headers: {}, body: { sub_domain: tenant.sub_domains[0], agent_id: agent, limit: 5 } },
    { path: ROUTE, headers: {}, body: { db_name: key, agent_id: Number(agent) } },
    { path: under, headers: {}, body: { agent_id: agent, updated_since: '2024-01-01' } },
    { path: under, headers: {}, body: { agent_db: 'shared', agent_id: agent } },
    { path: `//t/${key}/${ROUTE}`, headers: { client: 'shared' }, body: { agent_db: 'shared', agent_id: agent, limit: 1 } },
  ];
  return AGENTS.flatMap((agent) =>
    ways(agent).map((way) => {
      const isShared = 'agent_db' in way.body && way.body.agent_db === 'shared';
      return { tenant, ...way, rooms: [`OrderNo-1-orderId-1-oderVendor-7-agentId-${agent}-${isShared ? 'shared' : 'own'}`] };
    }),
  ).slice(0, CALLS_EACH);
}

async function expectOwnRooms({ url }: TestApp, { tenant, path, headers, body, rooms }: Call): Promise<void> {
  const answer = await request(url).post(path).set(headers).send({ ...body, type: 'agent_to_user' });
  const found = (answer.body.roomData as Room[]).map((room) => [room.vendor_name, room.room_name]);
  expect([answer.status, found]).toEqual([200, rooms.map((name) => [tenant.key, name])]);
}

describe('POST /api/room/fetchRoomByUserAgent', () => {
  const sockets = new Set<Socket>();
  const tenants: Tenant[] = [];
  const services: TestApp[] = [];
  let most = 0;

  const toMongo = (): number => [...sockets].filter(({ remotePort }) => services.every(({ url }) => new URL(url).port !== String(remotePort))).length;
  const watch = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    socket.once('connect', () => {
      sockets.add(socket);
      most = Math.max(most, toMongo());
    });
    socket.once('close', () => sockets.delete(socket));
  };

  async function start(variables: Record<string, string> = {}): Promise<TestApp> {
    const service = await startApp({ DATABASE_TIMEOUT_MS: '2500', ...variables });
    services.push(service);
    return service;
  }

  /** As many connections as one client may have. */
  async function worthOfOneClient({ app }: TestApp): Promise<number> {
    const { hosts } = await app.get(Clusters).default.run((connection) => connection.getClient().db('admin').command({ hello: 1 }));
    return POOL + WATCHERS * (hosts as string[]).length;
  }

  beforeAll(async () => {
    subscribe('net.client.socket', watch);
    const service = await start();
    for (let made = 0; made < DEPLOYMENTS; made++) tenants.push(await newTenant(service, { sub_domains: [`s${made}.example`] }));
    await sideBySide(MADE_AT_ONCE, tenants, (tenant) => storeRooms(service, tenant, roomsOf(tenant)));
  }, 120_000);
  afterAll(async () => {
    unsubscribe('net.client.socket', watch);
    // By the driver itself: what is tidied up has no deadline.
    const client = await services[0]!.app.get(Clusters).default.client();
    const databases = [...tenants.map(({ database }) => database), services[0]!.config.mongo.controlDatabase];
    await sideBySide(MADE_AT_ONCE, databases, async (name) => {
      await client.db(name).dropDatabase();
    });
    await Promise.all(services.map((service) => service.close()));
  }, 120_000);

  it('answers 200 deployments, 20 calls each in random order and many at once, their own rooms, over the connections of one client', async () => {
    const [service] = services as [TestApp];
    const calls = shuffled(tenants.flatMap(callsOf), seeded(3));
    expect(calls).toHaveLength(4_000);
    await sideBySide(AT_ONCE, calls, (call) => expectOwnRooms(service, call));
    expect(most).toBeGreaterThan(WATCHERS);
    expect(most).toBeLessThanOrEqual(await worthOfOneClient(service));
  }, 120_000);

  it('does so, too, with twenty deployments in memory at most', async () => {
    const service = await start({ CONTROL_DATABASE: services[0]!.config.mongo.controlDatabase, TENANTS_IN_MEMORY: '20' });
    const calls = shuffled(tenants.flatMap(callsOf), seeded(4));
    await sideBySide(AT_ONCE, calls, (call) => expectOwnRooms(service, call));
    expect(service.app.get(TenantModels).size).toBe(20);
    expect(most).toBeLessThanOrEqual(2 * (await worthOfOneClient(service)));
  }, 120_000);
});
