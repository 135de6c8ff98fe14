import mongoose from 'mongoose';

import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { dropAll, newTenant } from './support/tenants.js';
import { TcpProxy } from './support/tcp-proxy.js';

const ANSWER_MS = 3_000;
const BACK_MS = 15_000;
const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

let proxy: TcpProxy;
let service: TestApp;
let tenant: Tenant;
let calls: Calls;
let room: Room;

beforeAll(async () => {
  const uri = process.env.MONGODB_URI ?? '';
  const client = new mongoose.mongo.MongoClient(uri);
  const { primary } = (await client.db('admin').command({ hello: 1 })) as unknown as { primary: string };
  await client.close();
  const [host, port] = [primary.slice(0, primary.lastIndexOf(':')), Number(primary.slice(primary.lastIndexOf(':') + 1))];
  proxy = await TcpProxy.start({ host, port });
  const through = new URL(uri);
  through.host = `127.0.0.1:${proxy.port}`;
  // Without this the driver would ask the replica set for its members' addresses and go round the proxy.
  through.searchParams.delete('replicaSet');
  through.searchParams.set('directConnection', 'true');
  service = await startApp({ MONGODB_URI: through.href });
  tenant = await eventually(() => newTenant(service), { within: BACK_MS });
  calls = new Calls(service, tenant);
  room = await aRoom(service, tenant);
  await calls.send(room._id).expect(200);
});
afterAll(async () => {
  proxy.pass();
  await eventually(() => dropAll(service), { within: BACK_MS });
  await service.close();
  await proxy.close();
});

/** Expects each of these calls to be answered 503 in time, in the wire's shape. */
async function expectUnavailable(all: readonly PromiseLike<{ status: number; body: object; headers: Record<string, unknown> }>[], emptyData: object = {}): Promise<void> {
  const began = performance.now();
  const answers = await Promise.all(all);
  expect(performance.now() - began).toBeLessThan(ANSWER_MS);
  for (const { status, body, headers } of answers) {
    expect([status, body]).toEqual([503, { status: false, statusCode: 503, error: 'DATABASE_UNAVAILABLE', message: expect.stringMatching(/\.$/), ...emptyData }]);
    expect(headers['retry-after']).toMatch(/^[1-9]\d?$/);
  }
}

describe.each(['refuse', 'silence'] as const)('While the database is away (%s)', (away) => {
  beforeEach(() => proxy[away]());
  afterEach(async () => {
    proxy.pass();
    await eventually(() => calls.get(`/api/room/${String(room._id)}`).expect(200), { within: BACK_MS });
  });

  it('each of thirty messages to one room is answered 503 within 3 seconds', async () => {
    await expectUnavailable(upTo(30).map((at) => calls.send(room._id, { user_id: at })), { chatData: {} });
  });

  it('every other call of a chat is answered 503 within 3 seconds', async () => {
    await expectUnavailable([calls.get(`/api/chat/getRoomUser/${String(room._id)}`)], { userData: [] });
    await expectUnavailable([
      calls.get(`/api/chat/${String(room._id)}`),
      calls.post('/api/chat/joinRoomByID', { room_id: room._id, user_type: 'user', user_id: 2 }),
      calls.post('/api/agent/saveAgentLocation', { agent_id: 1, order_id: 1, lat: '1', lng: '2' }),
      calls.get('/api/agent/getAgentLocation?agent_id=1&order_id=1'),
    ]);
  });

  it('nothing is lost of what was acknowledged, and messages are taken again when it is back', async () => {
    const before = await calls.send(room._id, { message: 'unavailable' });
    expect(before.status).toBe(503);
    proxy.pass();
    const { body } = await eventually(() => calls.send(room._id, { message: `back after ${away}` }).expect(200), { within: BACK_MS });
    const history = await calls.history(room._id);
    expect(history.at(-1)).toEqual(body.chatData);
    // Nothing went on whose caller had been answered 503, and so could have been stored before it.
    expect(history.map(({ message }) => message)).not.toContain('unavailable');
    expect(history.map(({ seq }) => seq)).toEqual(upTo(history.length));
  });
});
