import { AnteroomClient, AnteroomError, type AnteroomEvents, type Message, type RoomCard } from '../client/src/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { eventually } from './support/eventually.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(120_000);

const WITHIN = { within: 60_000 };
const CUTS = 5;
const SENDS_A_CUT = 12;

/** Messages are sent to `service`; a client that follows reaches it through `proxy`. */
let service: TestApp;
let proxy: TcpProxy;
let tenant: Tenant;
let sender: AnteroomClient;
let events: AnteroomEvents;
let follower: AnteroomClient;

beforeAll(async () => {
  service = await startApp({ RATE_LIMIT: 'off' });
  proxy = await TcpProxy.start({ host: '127.0.0.1', port: Number(new URL(service.url).port) });
});

beforeEach(async () => {
  tenant = await newTenant(service);
  sender = new AnteroomClient({ baseUrl: `${service.url}/t/${tenant.key}` });
  follower = new AnteroomClient({ baseUrl: `http://127.0.0.1:${proxy.port}/t/${tenant.key}`, timeoutMs: 2_000 });
  events = follower.connect({ reconnectionDelay: 20, reconnectionDelayMax: 200 });
});

afterEach(() => {
  events.close();
  proxy.pass();
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
  await proxy.close();
});

const roomOf = async (): Promise<string> => (await aRoom(service, tenant))._id.toHexString();
const say = async (roomId: string, message: string): Promise<Message> => (await sender.messages.send({ room_id: roomId, user_type: 'user', user_id: '1', message })).message;
const list = (of: AnteroomClient) => of.rooms.ofAgent({ agent_id: 141, type: 'agent_to_user' });
const connected = (): Promise<void> => eventually(() => expect(events.socket.connected).toBe(true), WITHIN);

describe('A client that follows two rooms and a list while its connection is cut again and again', () => {
  it('hears each message of the rooms once and in order, and ends with the list as it is', async () => {
    const rooms = [await roomOf(), await roomOf()];
    const sent: Record<string, Message[]> = {};
    const heard: Record<string, Message[]> = {};
    for (const roomId of rooms) {
      sent[roomId] = [];
      heard[roomId] = [];
      events.followRoom(roomId, { after_seq: 0 }, (message) => heard[roomId]!.push(message));
    }
    const cards = new Map<string, RoomCard>();
    events.followList(list(follower), {}, (moved) => moved.forEach((card) => cards.set(card._id, card)));
    await connected();

    for (let cut = 1; cut <= CUTS; cut++) {
      for (let at = 1; at <= SENDS_A_CUT; at++) {
        for (const roomId of rooms) sent[roomId]!.push(await say(roomId, `${cut}.${at}`));
        if (at === SENDS_A_CUT / 3) proxy.refuse();
        if (at === (SENDS_A_CUT / 3) * 2) proxy.pass();
      }
    }

    for (const roomId of rooms) await eventually(() => expect(heard[roomId]!.map(({ seq }) => seq)).toEqual(sent[roomId]!.map(({ seq }) => seq)), WITHIN);
    expect(heard).toEqual(sent);
    const now = await list(sender).all();
    await eventually(() => expect([...cards.values()].sort((one, other) => other.updated_date.localeCompare(one.updated_date))).toEqual(now), WITHIN);
    await say(rooms[0]!, 'and one more');
    await eventually(() => expect(heard[rooms[0]!]!.at(-1)!.message).toBe('and one more'), WITHIN);
    expect(heard[rooms[0]!]).toHaveLength(CUTS * SENDS_A_CUT + 1);
  });
});

it('A client is told at each connection that it may have missed something', async () => {
  await connected();
  const caught: unknown[] = [];
  const stop = events.onCatchUp(() => caught.push('may have missed something'));
  for (const times of [1, 2]) {
    events.socket.disconnect().connect();
    await eventually(() => expect(caught).toHaveLength(times), WITHIN);
  }
  stop();
});

describe('A client that follows a room', () => {
  it('hears what was said before it followed, after the seq that it names, and is told why it hears nothing of a room that is not there', async () => {
    const roomId = await roomOf();
    for (const text of ['one', 'two', 'three']) await say(roomId, text);
    await connected();
    const heard: unknown[] = [];
    const faults: unknown[] = [];
    events.followRoom(roomId, { after_seq: 1 }, ({ message }) => heard.push(message));
    events.followRoom('0'.repeat(24), { after_seq: 0, onFault: (error) => faults.push(error) }, () => heard.push('never'));

    await eventually(() => expect([heard, faults]).toEqual([['two', 'three'], [expect.any(AnteroomError)]]), WITHIN);
    expect((faults[0] as AnteroomError).code).toBe('ROOM_NOT_FOUND');
  });

  it('asks for messages that have a place before the one that it hears, and goes over places whose messages were removed', async () => {
    const roomId = await roomOf();
    const heard: unknown[] = [];
    await connected();
    const stop = events.followRoom(roomId, { after_seq: 0 }, ({ message }) => heard.push(message));
    const spoken = { room: roomId, room_name: 'r', user_type: 'user' };
    const hear = (seq: number): void => events.socket.listeners('new-message').forEach((listener) => listener({ message: { chatData: { ...spoken, seq, message: `heard ${seq}` } } } as never));
    await say(roomId, 'stored 1');
    await eventually(() => expect(heard).toEqual(['stored 1']), WITHIN);
    hear(3);
    hear(3);
    hear(1);
    await eventually(() => expect(heard).toEqual(['stored 1', 'heard 3']), WITHIN);
    hear(4);
    stop();
    hear(5);

    expect(heard).toEqual(['stored 1', 'heard 3', 'heard 4']);
  });
});
