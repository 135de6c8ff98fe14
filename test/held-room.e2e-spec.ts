import { connect, type Socket } from 'node:net';

import mongoose from 'mongoose';
import type request from 'supertest';

import { KeyAdminService, type PutTenantDto } from '../src/admin/index.js';
import { MessageService } from '../src/message/index.js';
import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { refusal } from './support/refusal.js';
import { dropAll, newTenant } from './support/tenants.js';

const WITHIN = { within: 20_000 };
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

let service: TestApp;
let client: mongoose.mongo.MongoClient;
let session: mongoose.mongo.ClientSession;
let tenant: Tenant;
let held: Room;
let other: Room;
let calls: Calls;
/** What was answered so far, in that order. */
let told: string[];

beforeAll(async () => {
  service = await startApp({ RATE_LIMIT: 'off' });
  client = new mongoose.mongo.MongoClient(process.env.MONGODB_URI ?? '');
});
afterAll(async () => {
  await client.close();
  await dropAll(service);
  await service.close();
});
afterEach(() => session.endSession());

/** A deployment of two rooms with a message each; somebody else's transaction, which has changed the one, is not over. */
async function holdARoom(change: Partial<PutTenantDto> = {}): Promise<void> {
  tenant = await newTenant(service, change);
  [held, other] = [await aRoom(service, tenant), await aRoom(service, tenant)];
  for (const { _id } of [held, other]) await aMessage(service, tenant, _id);
  calls = new Calls(service, tenant);
  told = [];
  session = client.startSession();
  session.startTransaction();
  await client.db(tenant.database).collection('rooms').updateOne({ _id: held._id }, { $set: { held: true } }, { session });
}

/** Makes a call and notes when it was answered. */
async function note(name: string, call: request.Test): Promise<request.Response> {
  const answer = await call;
  told.push(`${name} ${answer.status}`);
  return answer;
}

const sendTo = (room: Room, message: string, by = calls): Promise<request.Response> => note(message, by.send(room._id, { message }));
const isWaiting = (count: number): Promise<void> => eventually(() => expect(service.app.get(MessageService).waiting).toBe(count), WITHIN);
const callsWaiting = (count: number): Promise<void> =>
  eventually(async () => expect(await (await fetch(`${service.url}/metrics`)).text()).toContain(`\nanteroom_calls_waiting ${count}\n`), WITHIN);

/** Sends so many to the held room, one after the other, and answers once they are in its line: the first one's transaction waits, and they for it. */
async function crowd(count: number, by = calls): Promise<Promise<request.Response>[]> {
  const store = import.meta.jest.spyOn(service.app.get(MessageService), 'store');
  const sent: Promise<request.Response>[] = [];
  for (const at of upTo(count)) {
    sent.push(sendTo(held, `held ${at}`, by));
    await eventually(() => expect(store).toHaveBeenCalledTimes(at + 1), WITHIN);
  }
  store.mockRestore();
  return sent;
}

const messagesOf = async ({ _id }: Room): Promise<unknown[]> => (await calls.history(_id)).map(({ message }) => message);
const heldOnes = (count: number): string[] => upTo(count).map((at) => `held ${at}`);

/** A send that hangs up when it is told to. */
function sendAndHangUp(room: Room): Socket {
  const body = JSON.stringify({ room_id: String(room._id), message: 'gone', user_type: 'agent', user_id: 141 });
  const head = [`POST /t/${tenant.key}/api/chat/sendMessageJoin HTTP/1.1`, 'host: x', 'content-type: application/json', `content-length: ${body.length}`];
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  return socket;
}

describe('While somebody else’s transaction holds a room', () => {
  it('whoever sends to it waits, and all other calls of its deployment go on', async () => {
    await holdARoom();
    const sent = await crowd(30);
    await note('history', calls.get(`/api/chat/${String(other._id)}`));
    await note('list', calls.post('/api/room/fetchRoomByUserAgent', { agent_db: tenant.key, agent_id: '141', type: 'agent_to_user' }));
    await sendTo(other, 'elsewhere');
    expect(told).toEqual(['history 200', 'list 200', 'elsewhere 200']);
    await session.abortTransaction();
    const answers = await Promise.all(sent);
    expect(answers.map(({ status }) => status)).toEqual(upTo(30).map(() => 200));
    expect(await messagesOf(held)).toEqual(['hello', ...heldOnes(30)]);
    expect(answers.map(({ body }) => body.chatData.seq)).toEqual(upTo(30).map((at) => at + 2));
  });

  it('200 wait for it, and one more is told so', async () => {
    await holdARoom();
    const sent = await crowd(201);
    expect(service.app.get(MessageService).waiting).toBe(200);
    const { body, headers } = await sendTo(held, 'one too many');
    await sendTo(other, 'elsewhere');
    expect([body, headers['retry-after']]).toEqual([refusal(503, 'OVERLOADED', 'this room', { chatData: {} }), '1']);
    expect(told).toEqual(['one too many 503', 'elsewhere 200']);
    await session.abortTransaction();
    await Promise.all(sent);
    expect(await messagesOf(held)).toEqual(['hello', ...heldOnes(201)]);
  });

  it('a caller has a part of its deployment’s places to wait for rooms, and the others the rest', async () => {
    // 2 at work; 10 may wait, of them 2 of an address and 8 of a key.
    await holdARoom({ limits: { concurrent_database: 2, calls_per_second: 10 } });
    const keys = [await aKey(), await aKey()];
    const first = await crowd(4);
    await sendTo(held, 'address');
    const second = await crowd(8, keys[0]);
    await sendTo(other, 'full', keys[1]);
    await note('history', calls.get(`/api/chat/${String(other._id)}`));
    expect(told).toEqual(['address 429', 'full 429', 'history 200']);
    await session.abortTransaction();
    const answers = await Promise.all([...first, ...second]);
    expect(answers.map(({ status }) => status)).toEqual(upTo(12).map(() => 200));
    expect(await messagesOf(held)).toEqual(['hello', ...heldOnes(4), ...heldOnes(8)]);
    await calls.send(other._id).expect(200);
  });

  it('who hangs up while waiting for it, or for its deployment behind it, leaves the line', async () => {
    await holdARoom({ limits: { concurrent_database: 1 } });
    const sent = await crowd(1);
    const [here, behind] = [sendAndHangUp(held), sendAndHangUp(other)];
    await Promise.all([isWaiting(1), callsWaiting(1)]);
    for (const socket of [here, behind]) socket.destroy();
    await Promise.all([isWaiting(0), callsWaiting(0)]);
    expect(told).toEqual([]);
    await session.abortTransaction();
    await Promise.all(sent);
    await Promise.all([sendTo(held, 'last'), sendTo(other, 'last')]);
    expect([await messagesOf(held), await messagesOf(other)]).toEqual([['hello', 'held 0', 'last'], ['hello', 'last']]);
    expect(service.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });
});

async function aKey(): Promise<Calls> {
  const { credential } = await service.app.get(KeyAdminService).add(tenant.key, { role: 'service', expires: null, note: null });
  return new Calls(service, tenant, credential);
}
