import mongoose from 'mongoose';

import { newId } from '../src/mongo/index.js';
import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { TcpProxy, type Fate } from './support/tcp-proxy.js';
import { dropAll, newTenant } from './support/tenants.js';

const BACK_MS = 15_000;
// What a request has that stores a message, and what its commit has.
const SAID = 'said before the cut';
const COMMIT = 'commitTransaction';

let proxy: TcpProxy;
let service: TestApp;
let direct: TestApp;
let tenant: Tenant;
let room: Room;
let calls: Calls;
let around: Calls;

beforeAll(async () => {
  const uri = process.env.MONGODB_URI ?? '';
  const client = new mongoose.mongo.MongoClient(uri);
  const { primary } = (await client.db('admin').command({ hello: 1 })) as unknown as { primary: string };
  await client.close();
  proxy = await TcpProxy.start({ host: primary.slice(0, primary.lastIndexOf(':')), port: Number(primary.slice(primary.lastIndexOf(':') + 1)) });
  const through = new URL(uri);
  through.host = `127.0.0.1:${proxy.port}`;
  // Without this the driver would ask the replica set for its members' addresses and go round the proxy.
  through.searchParams.delete('replicaSet');
  through.searchParams.set('directConnection', 'true');
  direct = await startApp();
  service = await startApp({ MONGODB_URI: through.href, CONTROL_DATABASE: direct.config.mongo.controlDatabase, DATABASE_TIMEOUT_MS: '1000' });
  tenant = await newTenant(direct);
  calls = new Calls(service, tenant);
  around = new Calls(direct, tenant);
  await eventually(() => calls.get('/api/room?room_id=1').expect(200), { within: BACK_MS });
});
afterAll(async () => {
  proxy.pass();
  await service.close();
  await dropAll(direct);
  await direct.close();
  await proxy.close();
});
beforeEach(async () => {
  room = await aRoom(direct, tenant);
  await eventually(() => calls.send(room._id, { message: 'first' }).expect(200), { within: BACK_MS });
});

/** The texts of the room, in order. */
const texts = async (): Promise<unknown[]> => (await around.history(room._id)).map(({ message }) => message);

/** Sees that history, preview and `seq` of the room agree. */
async function expectConsistent(): Promise<void> {
  const history = await around.history(room._id);
  expect(history.map(({ seq }) => seq)).toEqual(history.map((_, at) => at + 1));
  const { roomData } = (await around.get(`/api/room?room_id=${room.room_id ?? ''}`).expect(200)).body;
  expect(roomData[0].chat_Data[0]._id).toBe(history.at(-1)?._id);
}

describe.each<[string, string, Fate]>([
  ['the write does not arrive', SAID, 'request cut'],
  ['the answer of the write is lost', SAID, 'answer cut'],
  ['the commit does not arrive', COMMIT, 'request cut'],
  ['the answer of the commit is lost', COMMIT, 'answer cut'],
])('Where a connection breaks and %s', (_what, text, fate) => {
  it('a message is stored once, and is answered', async () => {
    void proxy.next(text, fate);
    const { status, body } = await calls.send(room._id, { message: SAID });

    expect(proxy.isWaiting).toBe(false);
    expect([status, body.chatData?.seq]).toEqual([200, 2]);
    expect(await texts()).toEqual(['first', SAID]);
    await expectConsistent();
  });
});

describe.each<[string, string, Fate]>([
  ['after a write', SAID, 'answer silenced'],
  ['before a commit', COMMIT, 'request silenced'],
  ['after a commit', COMMIT, 'answer silenced'],
])('Where the database falls silent %s', (_when, text, fate) => {
  const key = newId().toHexString();
  const send = (): ReturnType<Calls['send']> => calls.send(room._id, { message: SAID, client_message_id: key });

  it('a room is not held by what was given up, and a message that is sent again with its key is stored once', async () => {
    void proxy.next(text, fate);
    // Longer than the driver tries by itself.
    for (const times of [1, 2, 3, 4]) expect([times, (await send()).status]).toEqual([times, 503]);
    expect(proxy.isWaiting).toBe(false);
    proxy.pass();

    await eventually(() => around.send(room._id, { message: 'somebody else' }).expect(200), { within: BACK_MS });
    const { body } = await eventually(() => send().expect(200), { within: BACK_MS });
    expect((await send().expect(200)).body.chatData).toEqual(body.chatData);
    expect((await texts()).filter((said) => said === SAID)).toHaveLength(1);
    await expectConsistent();
  });
});
