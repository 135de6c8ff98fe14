import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { eventually } from './support/eventually.js';
import { Listener, RELEASES, type ListenerOptions, type Transport } from './support/listener.js';
import { dropAll, newTenant } from './support/tenants.js';

const WITHIN = { within: 20_000 };
const TRANSPORTS: Transport[] = ['websocket', 'polling'];
const CLIENTS: Required<Pick<ListenerOptions, 'release' | 'transports'>>[] = RELEASES.flatMap((release) => TRANSPORTS.map((transport) => ({ release, transports: [transport] })));

let service: TestApp;
let other: TestApp;
let ours: Tenant;
let theirs: Tenant;
let listeners: Listener[];

beforeAll(async () => {
  service = await startApp();
  other = await startApp({ CONTROL_DATABASE: service.config.mongo.controlDatabase });
  [ours, theirs] = [await newTenant(service), await newTenant(service)];
  await eventually(() => expectKnown(other, ours), WITHIN);
});

afterAll(async () => {
  await dropAll(service);
  await Promise.all([service.close(), other.close()]);
});

beforeEach(() => {
  listeners = [];
});

afterEach(() => {
  for (const listener of listeners) listener.close();
});

async function expectKnown({ url }: TestApp, { key }: Tenant): Promise<void> {
  expect((await fetch(`${url}/t/${key}/api/chat/000000000000000000000000`)).status).toBe(404);
}

const baseOf = ({ key }: Tenant, { url } = service): string => `${url}/t/${key}`;

async function open(base: string, options?: ListenerOptions): Promise<Listener> {
  const listener = await Listener.open(base, options);
  listeners.push(listener);
  return listener;
}

const openAll = (tenant: Tenant): Promise<Listener[]> => Promise.all(CLIENTS.map((client) => open(baseOf(tenant), client)));
const texts = (count: number): string[] => Array.from({ length: count }, (_, at) => `message ${at + 1}`);

async function sendAll(tenant: Tenant, room: Room, messages: readonly string[], app = service): Promise<void> {
  for (const message of messages) await aMessage(app, tenant, room._id, { message });
}

describe('Sockets of clients old and new in one deployment', () => {
  it('hear each message once under both names, in order, whatever the library and the transport', async () => {
    const room = await aRoom(service, ours);
    const all = await openAll(ours);
    await sendAll(ours, room, texts(10));
    for (const listener of all) await eventually(() => expect(listener.texts('new-app-message')).toHaveLength(10), WITHIN);
    for (const listener of all) {
      expect(listener.texts()).toEqual(texts(10));
      expect(listener.texts('new-app-message')).toEqual(texts(10));
      expect(listener.payloads('room-created')).toHaveLength(1);
      expect(listener.faults).toEqual([]);
    }
  });

  it('hear nothing of another deployment, down to the frames of their connections', async () => {
    const fields = { room_id: '52788594', room_name: 'OrderNo-52788594-orderId-10-oderVendor-7-agentId-141' };
    const [ourRoom, theirRoom] = [await aRoom(service, ours, fields), await aRoom(service, theirs, fields)];
    const [we, they] = [await openAll(ours), await openAll(theirs)];
    await Promise.all([sendAll(ours, ourRoom, texts(20).map((text) => `our ${text}`)), sendAll(theirs, theirRoom, texts(20).map((text) => `their ${text}`))]);
    for (const listener of [...we, ...they]) await eventually(() => expect(listener.texts('new-app-message')).toHaveLength(20), WITHIN);
    for (const { frames, faults } of we) {
      expect([frames.filter((frame) => frame.includes('our message')).length, faults]).toEqual([40 + 1, []]);
      for (const trace of ['their message', theirRoom._id.toHexString(), theirs.key]) expect(frames.join('\n')).not.toContain(trace);
    }
    for (const { frames } of they) {
      for (const trace of ['our message', ourRoom._id.toHexString(), ours.key]) expect(frames.join('\n')).not.toContain(trace);
    }
  });

  it('hear what another instance stored, once', async () => {
    const room = await aRoom(service, ours);
    const [here, there] = [await open(baseOf(ours)), await open(baseOf(ours, other))];
    await sendAll(ours, room, texts(5), other);
    await sendAll(ours, room, ['the last one'], service);
    for (const listener of [here, there]) {
      await eventually(() => expect(listener.texts('new-app-message')).toContain('the last one'), WITHIN);
      expect(listener.texts()).toEqual([...texts(5), 'the last one']);
    }
  });

  it('hear nothing that was sent before they connected, and nothing more once they have left', async () => {
    const room = await aRoom(service, ours);
    const [early, leaving] = [await open(baseOf(ours)), await open(baseOf(ours))];
    await sendAll(ours, room, ['before']);
    await eventually(() => expect(leaving.texts('new-app-message')).toEqual(['before']), WITHIN);
    leaving.close();
    const late = await open(baseOf(ours));
    await sendAll(ours, room, ['after']);
    await eventually(() => expect([early.texts('new-app-message'), late.texts('new-app-message')]).toEqual([['before', 'after'], ['after']]), WITHIN);
    expect([late.texts(), leaving.texts()]).toEqual([['after'], ['before']]);
    expect(late.payloads('room-created')).toEqual([]);
  });

  it('of ten deployments with a hundred sockets hear their own only', async () => {
    const tenants = await Promise.all(Array.from({ length: 10 }, () => newTenant(service)));
    const rooms = await Promise.all(tenants.map((tenant) => aRoom(service, tenant, { room_name: 'the same room' })));
    const sockets = await Promise.all(tenants.flatMap((tenant) => Array.from({ length: 10 }, async () => ({ tenant, listener: await open(baseOf(tenant)) }))));
    await Promise.all(tenants.map((tenant, at) => sendAll(tenant, rooms[at]!, texts(5).map((text) => `${tenant.key} ${text}`))));
    for (const { tenant, listener } of sockets) {
      await eventually(() => expect(listener.texts('new-app-message')).toHaveLength(5), WITHIN);
      expect(listener.texts()).toEqual(texts(5).map((text) => `${tenant.key} ${text}`));
    }
  });
});

describe('A socket with polling first', () => {
  it.each(RELEASES)('of %s goes on to websocket and hears each message once', async (release) => {
    const room = await aRoom(service, ours);
    const listener = await open(baseOf(ours), { release, transports: ['polling', 'websocket'] });
    await sendAll(ours, room, texts(30));
    await eventually(() => expect(listener.texts('new-app-message')).toHaveLength(30), WITHIN);
    expect(listener.texts()).toEqual(texts(30));
  });
});
