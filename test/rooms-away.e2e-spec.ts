import mongoose from 'mongoose';
import request from 'supertest';

import { newId } from '../src/mongo/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { storeRooms } from './support/build.js';
import { eventually } from './support/eventually.js';
import { aListedRoom, LIST_NAMES, LISTS, listRoute } from './support/lists.js';
import { refusal } from './support/refusal.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { dropAll, newTenant } from './support/tenants.js';

const ANSWER_MS = 3_000;
const BACK_MS = 15_000;
const AT_ONCE = 4;
const SHOPS = ['7', '8', '9'];

let proxy: TcpProxy;
let service: TestApp;
let tenant: Tenant;
let cursor: string;
const id = newId();

const post = (route: string, body: object): request.Test => request(service.url).post(route).send(body);
const ofShops = (page: object): request.Test => post('/api/room/fetchRoomByVendor', { ...LISTS.fetchRoomByVendor(tenant.key), vendor_id: SHOPS, limit: 2, ...page });
const create = (name: string): request.Test => post('/api/room/createRoom', { room_name: name, db_name: tenant.key, type: 'general' });
const under = (path: string): string => `/t/${tenant.key}/api/room${path}`;

beforeAll(async () => {
  const client = new mongoose.mongo.MongoClient(process.env.MONGODB_URI ?? '');
  const { primary } = (await client.db('admin').command({ hello: 1 })) as unknown as { primary: string };
  await client.close();
  proxy = await TcpProxy.start({ host: primary.slice(0, primary.lastIndexOf(':')), port: Number(primary.slice(primary.lastIndexOf(':') + 1)) });
  const through = new URL(process.env.MONGODB_URI ?? '');
  through.host = `127.0.0.1:${proxy.port}`;
  // Without this the driver would ask the replica set for its members' addresses and go round the proxy.
  through.searchParams.delete('replicaSet');
  through.searchParams.set('directConnection', 'true');
  service = await startApp({ MONGODB_URI: through.href });
  tenant = await eventually(() => newTenant(service), { within: BACK_MS });
  await storeRooms(service, tenant, [aListedRoom(tenant.key, { _id: id }), ...Array.from({ length: 4 }, () => aListedRoom(tenant.key))]);
  cursor = (await ofShops({}).expect(200)).body.next_cursor as string;
});
afterAll(async () => {
  proxy.pass();
  await eventually(() => dropAll(service), { within: BACK_MS });
  await service.close();
  await proxy.close();
});

/** Every call about rooms, with the empty data key that its refusal carries. */
const CALLS: readonly (readonly [call: string, send: () => request.Test, emptyData: object])[] = [
  ...LIST_NAMES.map((list) => [list, () => post(listRoute(list), LISTS[list](tenant.key)), { roomData: [] }] as const),
  ['a second page of several shops', () => ofShops({ cursor }), { roomData: [] }],
  ['rooms by order', () => request(service.url).get(under('?room_id=52788594')), { roomData: [] }],
  ['a room by id', () => request(service.url).get(under(`/${id.toHexString()}`)), {}],
  ['raiseanissue', () => request(service.url).put(under(`/raiseanissue/${id.toHexString()}`)).send({ isRaiseIssue: 1 }), {}],
  ['createRoom', () => create('while it is away'), {}],
];

describe.each(['refuse', 'silence'] as const)('While the database is away (%s)', (away) => {
  beforeEach(() => proxy[away]());
  afterEach(async () => {
    proxy.pass();
    await eventually(() => ofShops({}).expect(200), { within: BACK_MS });
  });

  it('every call about rooms is refused with 503 in time, several of each at once, and answers again by itself', async () => {
    const refused = async ([call, send, emptyData]: (typeof CALLS)[number]): Promise<void> => {
      const { status, body, headers } = await send();
      expect([call, status, body]).toEqual([call, 503, refusal(503, 'DATABASE_UNAVAILABLE', '', emptyData)]);
      expect(headers['retry-after']).toMatch(/^[1-9]\d?$/);
    };
    const began = performance.now();
    await Promise.all(Array.from({ length: AT_ONCE }, () => CALLS).flat().map(refused));
    expect(performance.now() - began).toBeLessThan(ANSWER_MS);
    proxy.pass();
    for (const [, send] of CALLS) await eventually(() => send().expect(200), { within: BACK_MS });
  });

  it('createRoom makes one room of a call that is repeated until it is answered', async () => {
    const name = `repeated while it ${away}s`;
    await Promise.all(Array.from({ length: AT_ONCE }, () => create(name).expect(503)));
    proxy.pass();
    const [first, ...others] = await Promise.all(Array.from({ length: AT_ONCE }, () => eventually(() => create(name).expect(200), { within: BACK_MS })));
    expect(new Set([first, ...others].map((answer) => (answer!.body.roomData as { _id: string })._id)).size).toBe(1);
  });
});
