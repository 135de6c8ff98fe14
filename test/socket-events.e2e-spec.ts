import mongoose from 'mongoose';
import request from 'supertest';

import { newId } from '../src/mongo/index.js';
import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { eventually } from './support/eventually.js';
import { Listener, RELEASES, type ListenerOptions } from './support/listener.js';
import { dropAll, newTenant } from './support/tenants.js';

const WITHIN = { within: 20_000 };
const OLD_JOIN = { room: '52788594', nickname: 'goutav', message: 'goutav joined', created_date: '2023-03-24T10:33:42.473Z' };

let service: TestApp;
let tenant: Tenant;
let foreign: Tenant;
let room: Room;
let listeners: Listener[];

beforeAll(async () => {
  service = await startApp({ SOCKET_PAYLOAD_LIMIT: '10kb', SOCKET_EVENTS_PER_SECOND: '5' });
  [tenant, foreign] = [await newTenant(service), await newTenant(service)];
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
});

beforeEach(async () => {
  listeners = [];
  room = await aRoom(service, tenant);
});

afterEach(() => {
  for (const listener of listeners) listener.close();
});

const base = (): string => `${service.url}/t/${tenant.key}`;

async function open(options?: ListenerOptions): Promise<Listener> {
  const listener = await Listener.open(base(), options);
  listeners.push(listener);
  return listener;
}

async function post(path: string, fields: object) {
  const { status, body } = await request(base()).post(path).send(fields);
  expect(status).toBe(200);
  return body;
}

const send = (message: string) => post('/api/chat/sendMessageJoin', { room_id: String(room._id), user_type: 'agent', user_id: 141, message });
const heard = (listener: Listener, expected: string[]): Promise<void> => eventually(() => expect(listener.texts('new-app-message')).toEqual(expected), WITHIN);

async function dropped(reason: string): Promise<number> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  return Number(new RegExp(`^anteroom_socket_events_dropped_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

/** Waits until so many more than `before` were dropped for this reason, and that no more come with them. */
const expectDropped = (reason: string, count: number): Promise<void> => eventually(async () => expect(await dropped(reason)).toBe(count), WITHIN);

describe('A message that was sent', () => {
  it('is told as its sender was answered, with the room as it is now and without its participants', async () => {
    const listener = await open();
    const answer = await send('hello');
    const { roomData: after } = await post('/api/room/fetchRoomByUserAgent', { agent_id: 141, agent_db: tenant.names[0], type: 'agent_to_user' });
    const { user_Data: participants, chat_Data: preview, ...now } = (after as { _id: string; user_Data: object[]; chat_Data: object[]; updated_date: string }[]).find(({ _id }) => _id === String(room._id))!;
    await heard(listener, ['hello']);
    const news = { ...answer, roomData: now };
    expect(participants).toHaveLength(1);
    expect(listener.heard).toEqual([
      { event: 'room-created', payload: { roomData: [{ ...now, chat_Data: [{ ...preview[0], seq: 1 }] }], status: true, statusCode: 200, message: 'sent!' } },
      { event: 'new-message', payload: { message: news } },
      { event: 'new-app-message', payload: { message: news } },
    ]);
    expect(new Date(now.updated_date).getTime()).toBeGreaterThanOrEqual(new Date(answer.roomData.updated_date).getTime());
  });

  it('makes its room known once, also where eight first messages come at once', async () => {
    const listener = await open();
    await Promise.all(Array.from({ length: 8 }, (_, at) => send(`${at}`)));
    await eventually(() => expect(listener.texts('new-app-message')).toHaveLength(8), WITHIN);
    expect(listener.payloads('new-message').map(({ message }) => message.chatData.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(listener.payloads('room-created')).toHaveLength(1);
  });

  it('that is refused is not told', async () => {
    const listener = await open();
    await request(base()).post('/api/chat/sendMessageJoin').send({ room_id: String(newId()), user_type: 'agent', user_id: 1 }).expect(404);
    await send('the next one');
    await heard(listener, ['the next one']);
  });

  it('is not told again when its room changes otherwise', async () => {
    const listener = await open();
    await send('one');
    await post('/api/chat/joinRoomByID', { room_id: String(room._id), user_type: 'user', type: 'agent_to_user', user_id: 1 });
    await request(base()).put(`/api/room/raiseanissue/${String(room._id)}`).send({ isRaiseIssue: 1 }).expect(200);
    await send('two');
    await heard(listener, ['one', 'two']);
    expect(listener.heard).toHaveLength(5);
  });
});

describe('save-message', () => {
  it.each(RELEASES)('of %s that repeats the answer of a send adds nothing', async (release) => {
    const [sender, other] = [await open({ release }), await open()];
    const before = await dropped('not_stored');
    const answer = await send('hello');
    sender.socket.emit('save-message', answer);
    sender.socket.emit('save-message', answer);
    sender.socket.emit('save-message', OLD_JOIN);
    await expectDropped('not_stored', before + 1);
    await send('the next one');
    await heard(other, ['hello', 'the next one']);
    expect(sender.texts()).toEqual(['hello', 'the next one']);
  });

  it('that is no stored message of this deployment reaches nobody, and is counted', async () => {
    const [sender, other] = [await open(), await open()];
    const answer = await send('hello');
    const foreignRoom = await aRoom(service, foreign);
    const theirs = await aMessage(service, foreign, foreignRoom._id, { message: 'theirs' });
    const forged = [
      OLD_JOIN,
      { ...answer, chatData: { ...answer.chatData, _id: String(newId()), message: 'forged' } },
      { ...answer, chatData: { _id: theirs._id, message: 'theirs' } },
      { ...answer, chatData: { _id: { $ne: null } } },
      { ...answer, chatData: [answer.chatData] },
      { ...answer, chatData: null },
      'text',
      null,
    ];
    const before = await dropped('not_stored');
    for (const [at, payload] of forged.entries()) {
      sender.socket.emit('save-message', payload);
      // One after the other, because a socket may send five a second here.
      await expectDropped('not_stored', before + at + 1);
    }
    await send('the next one');
    await heard(other, ['hello', 'the next one']);
    expect(other.frames.join('\n')).not.toMatch(/forged|theirs|joined/);
    expect(sender.socket.connected).toBe(true);
  });

  it('says whose message it is by what is stored, whatever a relay claims', async () => {
    const [sender, other] = [await open(), await open()];
    const answer = await send('as stored');
    sender.socket.emit('save-message', { ...answer, chatData: { ...answer.chatData, message: 'as claimed', auth_user_id: '1' } });
    await send('the next one');
    await heard(other, ['as stored', 'the next one']);
    expect(other.frames.join('\n')).not.toContain('as claimed');
  });
});

describe("An agent's location", () => {
  const LOCATION = { agent_id: 141, short_code: 'x', lat: '1.5', lng: '2.5', order_id: 10, status: 'running' };

  it('that was saved by a call is told to those who follow the agent', async () => {
    const [listener, old] = [await open(), await open({ release: '1.7.4' })];
    const { data } = await post('/api/agent/saveAgentLocation', LOCATION);
    await post('/api/agent/saveAgentLocation', { ...LOCATION, agent_id: 7 });
    await post('/api/agent/saveAgentLocation', { ...LOCATION, lat: '9' });
    for (const { payloads } of [listener, old].map((each) => ({ payloads: () => each.payloads('agent-location-141') }))) {
      await eventually(() => expect(payloads().map(({ lat }) => lat)).toEqual(['1.5', '9']), WITHIN);
      expect(payloads()[0]).toEqual(data);
    }
  });

  it.each(RELEASES)('by save-user-location of %s is stored and told like one of a call', async (release) => {
    const [sender, listener] = [await open({ release }), await open()];
    sender.socket.emit('save-user-location', { ...LOCATION, agent_id: '141', order_id: '10', lat: release });
    await eventually(() => expect(listener.payloads('agent-location-141')).toHaveLength(1), WITHIN);
    const { body } = await request(base()).get('/api/agent/getAgentLocation').query({ agent_id: 141, order_id: 10 });
    expect(body.data).toEqual(listener.payloads('agent-location-141')[0]);
    expect(body.data).toMatchObject({ agent_id: 141, order_id: 10, lat: release, status: 'running' });
  });

  it('that nobody can understand is dropped and counted', async () => {
    const sender = await open();
    const before = await dropped('invalid');
    for (const [at, payload] of [{ ...LOCATION, agent_id: { $gt: 0 } }, { ...LOCATION, lat: [1] }, 'text', null, []].entries()) {
      sender.socket.emit('save-user-location', payload);
      await expectDropped('invalid', before + at + 1);
    }
  });
});

describe('What a socket sends', () => {
  it('over the size is dropped and counted, and the socket hears on', async () => {
    const [sender, before] = [await open(), await dropped('too_large')];
    sender.socket.emit('save-message', { ...OLD_JOIN, message: 'x'.repeat(10 * 1_024) });
    await expectDropped('too_large', before + 1);
    await send('still there');
    await heard(sender, ['still there']);
    expect(sender.disconnects).toEqual([]);
  });

  it.each(RELEASES)('far over the size closes its connection, and a client of %s comes back', async (release) => {
    const sender = await open({ release, reconnects: true });
    sender.socket.emit('save-message', 'x'.repeat(200 * 1_024));
    await eventually(() => expect(sender.disconnects).toHaveLength(1), WITHIN);
    await eventually(() => expect(sender.socket.connected).toBe(true), WITHIN);
  });

  it('over the rate is dropped and counted, and the socket hears on', async () => {
    const [sender, before, unknown] = [await open(), await dropped('too_many'), await dropped('not_stored')];
    for (let sent = 0; sent < 100; sent++) sender.socket.emit('save-message', OLD_JOIN);
    await eventually(async () => expect((await dropped('too_many')) - before + (await dropped('not_stored')) - unknown).toBe(100), WITHIN);
    // Twice five at once; the connection itself was one.
    expect((await dropped('not_stored')) - unknown).toBeLessThan(30);
    await send('still there');
    await heard(sender, ['still there']);
  });

  it('of another kind has no effect', async () => {
    const [sender, other] = [await open(), await open()];
    for (const event of ['joinRoom', 'new-message', 'new-app-message', 'room-created', 'anything']) sender.socket.emit(event, { email: 'a@example.com', roomId: String(room._id) });
    await send('the next one');
    await heard(other, ['the next one']);
    expect(other.heard).toHaveLength(3);
  });
});

describe('Live events', () => {
  it('come from deployments only, not from other databases and collections', async () => {
    const listener = await open();
    const client = new mongoose.mongo.MongoClient(process.env.MONGODB_URI!);
    const someone = client.db(`someone_${String(newId())}`);
    await someone.collection('messages').insertOne({ room: room._id, message: 'not ours', seq: 1 });
    await client.db(tenant.database).collection('notes').insertOne({ room: room._id, message: 'no message', seq: 1 });
    await someone.dropDatabase();
    await client.close();
    await send('ours');
    await heard(listener, ['ours']);
    expect(listener.frames.join('\n')).not.toMatch(/not ours|no message/);
  });
});
