import { createHash } from 'node:crypto';
import { userInfo } from 'node:os';

import mongoose from 'mongoose';
import request from 'supertest';

import { AuditRepository, THIS_SERVICE } from '../src/audit/index.js';
import { CheckService, type CheckReport } from '../src/maintenance/index.js';
import { MessageRepository, MessageUpkeepRepository } from '../src/message/index.js';
import { newId, type Id } from '../src/mongo/index.js';
import { RoomRepository, RoomUpkeepRepository, type Message, type Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom, aStoredRoom, storeRooms } from './support/build.js';
import { Calls } from './support/calls.js';
import { commandLine, type Ended } from './support/command-line.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(180_000);

const AGREES = 0;
const DIFFERS = 1;
const WRONG_USAGE = 2;
const NOT_REACHABLE = 3;
const NOTHING = { preview: 0, lost_message: 0, seq: 0, missing_participant: 0, doubled_participant: 0, updated_date: 0, doubled_seq: 0, no_room: 0 };
const FIRST = new Date('2024-01-01T10:00:00.000Z');
const SECOND = new Date('2024-01-01T10:00:01.000Z');
const USER = { user_type: 'user', user_id: '1', email: 'a@example.com', username: 'Ann' };

let service: TestApp;
let client: mongoose.mongo.MongoClient;

beforeAll(async () => {
  service = await startApp();
  client = new mongoose.mongo.MongoClient(process.env.MONGODB_URI ?? '');
});
afterAll(async () => {
  await dropAll(service);
  await Promise.all([service.close(), client.close()]);
});

const run = (args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  commandLine(['tenant', 'check', ...args], { CONTROL_DATABASE: service.config.mongo.controlDatabase, ...variables });

function check(tenant: Tenant, { repairs = false, onProgress = () => undefined }: { repairs?: boolean; onProgress?: (done: number, total: number) => void } = {}): Promise<CheckReport> {
  const { app } = service;
  const checks = new CheckService(app.get(RoomRepository), app.get(RoomUpkeepRepository), app.get(MessageUpkeepRepository), app.get(AuditRepository));
  return checks.check(tenant, { repairer: repairs ? THIS_SERVICE : null, onProgress });
}

const rooms = ({ database }: Tenant): mongoose.mongo.Collection<Room> => client.db(database).collection('rooms');
const messages = ({ database }: Tenant): mongoose.mongo.Collection<Message> => client.db(database).collection('messages');
const stored = async (tenant: Tenant, id: Id): Promise<Room> => (await rooms(tenant).findOne({ _id: id })) as Room;

/** Changes with whatever is stored of a tenant. */
async function digestOf(tenant: Tenant): Promise<string> {
  const hash = createHash('sha256');
  for (const collection of [rooms(tenant), messages(tenant)]) {
    for (const document of await collection.find({}, { sort: { _id: 1 }, raw: true, batchSize: 10_000 }).toArray()) hash.update(document as unknown as Buffer);
  }
  return hash.digest('hex');
}
/** A room with two messages, of agent 141 and of a customer. */
async function aChat(tenant: Tenant): Promise<Room> {
  const room = await aRoom(service, tenant);
  await aMessage(service, tenant, room._id, { message: '$first' });
  await aMessage(service, tenant, room._id, { message: 'second', sender: USER });
  return stored(tenant, room._id);
}

/** Many rooms with many messages, as if they had been sent. */
async function storeMany(tenant: Tenant, count: { rooms: number; messages: number }): Promise<void> {
  const made = Array.from({ length: count.rooms }, () => aStoredRoom(tenant.key));
  const sent = made.map((room) => Array.from({ length: count.messages }, (_, at): Message => ({
    ...{ _id: newId(), room: room._id, room_name: room.room_name, message: 'hello', user_type: 'agent', auth_user_id: String(at % 3) },
    ...{ created_date: new Date(FIRST.getTime() + at), __v: 0, seq: at + 1 },
  })));
  await service.app.get(MessageRepository).insertAll(tenant, sent.flat());
  const whole = made.map((room, at): Room => {
    const newest = sent[at]!.at(-1)!;
    const participants = ['0', '1', '2'].map((id) => ({
      ...{ _id: newId(), status: true, room_id: room._id, user_type: 'agent', user_id: id, auth_user_id: id, room_name: room.room_name },
      ...{ created_date: FIRST, updated_date: FIRST, __v: 0 },
    }));
    return { ...room, last_message: newest, seq: newest.seq, updated_date: newest.created_date, participants };
  });
  await storeRooms(service, tenant, whole);
}

describe('the check of a deployment', () => {
  it('agrees with thousands of messages as they were sent, and changes nothing', async () => {
    const tenant = await newTenant(service);
    await storeMany(tenant, { rooms: 230, messages: 20 });
    await aChat(tenant);
    await aRoom(service, tenant);
    const before = await digestOf(tenant);
    const steps: (readonly [done: number, total: number])[] = [];
    for (const repairs of [false, true]) {
      const report = await check(tenant, { repairs, onProgress: (...step) => void steps.push(step) });
      expect(report).toEqual({ tenant: tenant.key, rooms: 232, messages: 4_602, holes: 0, differences: NOTHING, differing: 0, repaired: 0, agrees: true, first: [] });
    }
    expect(await digestOf(tenant)).toBe(before);
    expect([steps.length, steps.at(-1)]).toEqual([2 * 4_834, [4_834, 4_834]]);
  });

  it('puts back parts of a room that are gone', async () => {
    const tenant = await newTenant(service);
    for (const part of ['last_message', 'seq', 'participants'] as const) {
      const chat = await aChat(tenant);
      await rooms(tenant).updateOne({ _id: chat._id }, { $unset: { [part]: '' } });
      expect(await check(tenant)).toMatchObject({ differing: 1, repaired: 0, agrees: false });
      expect(await check(tenant, { repairs: true })).toMatchObject({ differing: 1, repaired: 1, agrees: true });
      expect(await check(tenant)).toMatchObject({ differing: 0, agrees: true });
      const mended = await stored(tenant, chat._id);
      expect([mended.last_message, mended.seq, mended.participants.map(({ username }) => username)]).toEqual([chat.last_message, 2, chat.participants.map(({ username }) => username)]);
    }
  });

  it('finds what differs, puts it right when told to, and records that', async () => {
    const tenant = await newTenant(service);
    const chats = await Promise.all(Array.from({ length: 8 }, () => aChat(tenant)));
    const [preview, lost, behind, alone, doubled, dated, emptied, ahead] = chats as [Room, Room, Room, Room, Room, Room, Room, Room];
    await rooms(tenant).updateOne({ _id: preview._id }, { $set: { 'last_message.message': 'faked' } });
    await messages(tenant).deleteOne({ _id: lost.last_message!._id });
    // As after a restore whose rooms are older than its messages.
    const first = await messages(tenant).findOne({ room: behind._id, seq: 1 });
    await rooms(tenant).updateOne({ _id: behind._id }, { $set: { seq: 1, last_message: first, participants: behind.participants.slice(0, 1), updated_date: first!.created_date } });
    await rooms(tenant).updateOne({ _id: alone._id }, { $set: { participants: alone.participants.slice(1) } });
    await rooms(tenant).updateOne({ _id: doubled._id }, { $push: { participants: { ...doubled.participants[0]!, _id: newId() } } });
    await rooms(tenant).updateOne({ _id: dated._id }, { $set: { updated_date: FIRST } });
    await rooms(tenant).updateOne({ _id: emptied._id }, { $set: { last_message: null } });
    await rooms(tenant).updateOne({ _id: ahead._id }, { $set: { seq: 7 } });
    const damaged = await digestOf(tenant);

    const found = await check(tenant);
    const differences = { ...NOTHING, preview: 3, lost_message: 1, seq: 1, missing_participant: 2, doubled_participant: 1, updated_date: behind.updated_date > first!.created_date ? 2 : 1 };
    expect(found).toMatchObject({ rooms: 8, messages: 15, holes: 5, differences, differing: 7, repaired: 0, agrees: false });
    expect(found.first).toContainEqual({ room: lost._id.toHexString(), differences: ['lost_message'], repaired: false });
    expect(await digestOf(tenant)).toBe(damaged);

    expect(await check(tenant, { repairs: true })).toMatchObject({ differences, differing: 7, repaired: 7, agrees: true });
    expect(await check(tenant)).toMatchObject({ messages: 16, holes: 5, differing: 0, agrees: true });

    for (const chat of [preview, lost, behind, alone, dated, emptied]) {
      const { revision, participants, ...room } = await stored(tenant, chat._id);
      const { revision: former, participants: together, updated_before, ...whole } = chat;
      expect(room).toEqual({ ...whole, updated_before });
      expect(revision).not.toEqual(former);
      expect(participants.map(({ user_type, auth_user_id, email }) => [user_type, auth_user_id, email])).toEqual(together.map(({ user_type, auth_user_id, email }) => [user_type, auth_user_id, email]));
    }
    expect((await stored(tenant, doubled._id)).participants).toEqual(doubled.participants);
    const calls = new Calls(service, tenant);
    expect(await calls.history(lost._id)).toMatchObject([{ message: '$first', seq: 1 }, { message: 'second', seq: 2 }]);
    expect(await messages(tenant).findOne({ _id: lost.last_message!._id })).toEqual({ ...lost.last_message, brought_in: true });
    expect((await calls.send(behind._id).expect(200)).body.chatData.seq).toBe(3);
    expect((await calls.send(ahead._id).expect(200)).body.chatData.seq).toBe(8);

    const { body: audit } = await request(service.url).get('/admin/audit').query({ tenant: tenant.key, limit: 1 }).set('Authorization', `Bearer ${ADMIN_TOKEN}`).expect(200);
    expect(audit).toMatchObject([{ actor: THIS_SERVICE, action: 'rooms repaired', tenant: tenant.key, details: { rooms: 7, differences } }]);
  });

  it('takes the preview by date, then by seq, and leaves what only a person can put right', async () => {
    const tenant = await newTenant(service);
    const room = await aChat(tenant);
    // Brought in later, of an older date: the next place, and not the preview.
    const { _id, ...message } = (await messages(tenant).findOne({ room: room._id, seq: 1 })) as Message;
    await messages(tenant).insertOne({ ...message, _id: newId(), seq: 3, created_date: FIRST, auth_user_id: '9' });
    await rooms(tenant).updateOne({ _id: room._id }, { $set: { seq: 3 } });
    const nowhere = newId();
    await messages(tenant).insertOne({ ...message, _id: newId(), room: nowhere, created_date: SECOND });
    const report = await check(tenant, { repairs: true });
    expect(report).toMatchObject({ differences: { ...NOTHING, missing_participant: 1, no_room: 1 }, differing: 2, repaired: 1, agrees: false });
    expect(report.first).toContainEqual({ room: nowhere.toHexString(), differences: ['no_room'], repaired: false });
    const mended = await stored(tenant, room._id);
    expect([mended.last_message, mended.participants[0]!.auth_user_id, mended.participants.length]).toEqual([room.last_message, '9', 3]);
  });

  it('loses no message that is sent while rooms are put right', async () => {
    const tenant = await newTenant(service);
    const chats = await Promise.all(Array.from({ length: 4 }, () => aChat(tenant)));
    const calls = new Calls(service, tenant);
    let isDone = false;
    let sent = 0;
    const sender = async ({ _id }: Room): Promise<void> => {
      while (!isDone) {
        await calls.send(_id, { user_id: sent++ % 5 }).expect(200);
        // As no call ever does.
        await rooms(tenant).updateOne({ _id }, [{ $set: { participants: { $slice: ['$participants', -1] }, last_message: null } }]);
      }
    };
    const sending = Promise.all(chats.map(sender));
    let repaired = 0;
    for (let rounds = 0; repaired < 8 && rounds < 200; rounds++) repaired += (await check(tenant, { repairs: true })).repaired;
    isDone = true;
    await sending;
    expect(repaired).toBeGreaterThanOrEqual(8);
    expect((await check(tenant, { repairs: true })).agrees).toBe(true);
    expect(await check(tenant)).toMatchObject({ messages: 8 + sent, holes: 0, differing: 0, agrees: true });
    const { body } = await calls.post('/api/room/fetchRoomByUserAgent', { agent_id: 141, type: 'agent_to_user' }).expect(200);
    for (const { _id, chat_Data: [preview] } of body.roomData as { _id: string; chat_Data: { _id: string }[] }[]) expect(preview!._id).toBe((await calls.history(_id)).at(-1)!._id);
  });

  it('is a command, whose exit code says whether all agrees', async () => {
    const tenant = await newTenant(service);
    const { _id } = await aChat(tenant);
    await rooms(tenant).updateOne({ _id }, { $set: { seq: 0 } });
    const found = await run([tenant.key]);
    expect([found.code, found.stderr]).toEqual([DIFFERS, expect.stringContaining('3 of 3 rooms and messages (100 %)')]);
    expect(found.stdout).toMatch(new RegExp(`${_id.toHexString()} +differs +seq`));
    const repaired = await run([tenant.key, '--repair', '--json']);
    expect([repaired.code, JSON.parse(repaired.stdout)]).toMatchObject([AGREES, { differing: 1, repaired: 1, agrees: true }]);
    const { body: audit } = await request(service.url).get('/admin/audit').query({ tenant: tenant.key, limit: 1 }).set('Authorization', `Bearer ${ADMIN_TOKEN}`).expect(200);
    expect(audit).toMatchObject([{ actor: { by: 'command line', from: userInfo().username }, action: 'rooms repaired' }]);
    expect((await run([tenant.key, '--mend'])).code).toBe(WRONG_USAGE);
    const away = await run([tenant.key], { MONGODB_URI: 'mongodb://127.0.0.1:1/?replicaSet=rs0', DATABASE_TIMEOUT_MS: '200' });
    expect([away.code, away.stdout]).toEqual([NOT_REACHABLE, '']);
  });
});
