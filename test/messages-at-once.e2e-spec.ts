import mongoose from 'mongoose';

import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { dropAll, newTenant } from './support/tenants.js';

const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);
const inOrder = (all: readonly number[]): number[] => [...all].sort((one, next) => one - next);

let one: TestApp;
let two: TestApp;
let tenant: Tenant;
let room: Room;
let here: Calls;
let there: Calls;

beforeAll(async () => {
  // What fills here is the line of a room, before that of its deployment does.
  one = await startApp({ CONCURRENT_DATABASE: '1000', SENDS_PER_SECOND: '5000' });
  two = await startApp({ CONTROL_DATABASE: one.config.mongo.controlDatabase });
  tenant = await newTenant(one);
  here = new Calls(one, tenant);
  there = new Calls(two, tenant);
  await eventually(() => there.get('/api/room?room_id=1').expect(200), { within: 10_000 });
});
afterAll(async () => {
  await dropAll(one);
  await Promise.all([one.close(), two.close()]);
});
beforeEach(async () => {
  room = await aRoom(one, tenant);
});

/** Sends all of these at once, each through the instance that `via` names, and answers the messages of the answers. */
async function sendAll(bodies: readonly object[], via: (at: number) => Calls): Promise<{ _id: string; seq: number; created_date: string }[]> {
  const answers = await Promise.all(bodies.map((body, at) => via(at).send(room._id, body)));
  expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 200));
  return answers.map(({ body }) => body.chatData);
}

/** Sees that the room holds exactly these messages, in the places 1 to n, none dated before the one before it. */
async function expectStored(sent: readonly { _id: string; seq: number }[]): Promise<void> {
  expect(inOrder(sent.map(({ seq }) => seq))).toEqual(upTo(sent.length));
  const history = await here.history(room._id);
  expect(history.map(({ seq }) => seq)).toEqual(upTo(sent.length));
  expect(new Map(history.map(({ seq, _id }) => [seq, _id]))).toEqual(new Map([...sent].sort((a, b) => a.seq - b.seq).map(({ seq, _id }) => [seq, _id])));
  const dates = history.map(({ created_date }) => Date.parse(String(created_date)));
  expect(dates).toEqual(inOrder(dates));
  expect(await there.history(room._id)).toEqual(history);
}

describe.each<[string, (at: number) => Calls]>([
  ['one instance', () => here],
  ['two instances on one database', (at) => (at % 2 === 0 ? here : there)],
])('By HTTP, through %s', (_through, via) => {
  it('fifty senders of one room at once take the places 1 to 50 and are fifty participants', async () => {
    const sent = await sendAll(upTo(50).map((id) => ({ user_type: 'user', user_id: id, message: `from ${id}` })), via);
    await expectStored(sent);
    const users = await here.users(room._id);
    expect(inOrder(users.map(({ user_id }) => Number(user_id)))).toEqual(upTo(50));
  });

  it('six first messages of one sender at once make one participant', async () => {
    const sent = await sendAll(upTo(6).map((at) => ({ user_type: 'user', user_id: at % 2 === 0 ? 1 : '1', message: String(at) })), via);
    await expectStored(sent);
    expect((await here.users(room._id)).map(({ user_id }) => user_id)).toEqual(['1']);
  });

  it.each<[string, (at: number) => object]>([
    ['of one shop', (at) => ({ user_type: 'vendor', user_id: at })],
    ['of one panel address', (at) => ({ user_type: 'admin', user_id: at, email: 'admin@example.com' })],
    ['without an id', () => ({ user_type: 'user', user_id: undefined })],
  ])('six first messages at once %s make one participant', async (_who, sender) => {
    await expectStored(await sendAll(upTo(6).map(sender), via));
    expect(await here.users(room._id)).toHaveLength(1);
  });

  it('six joins and six first messages of one sender at once make one participant', async () => {
    const sender = { user_type: 'agent', user_id: 141 };
    const join = (at: number): Promise<{ body: { RoomUser: { _id: string } } }> => Promise.resolve(via(at).post('/api/chat/joinRoomByID', { room_id: room._id, ...sender }).expect(200));
    const [sent, joins] = await Promise.all([sendAll(upTo(6).map(() => sender), via), Promise.all(upTo(6).map(join))]);
    await expectStored(sent);
    const users = await here.users(room._id);
    expect(users).toHaveLength(1);
    expect(new Set(joins.map(({ body }) => body.RoomUser._id))).toEqual(new Set([users[0]?._id]));
  });

  it('the room before each message is the room after the message before it', async () => {
    const answers = await Promise.all(upTo(20).map((at) => via(at).send(room._id, { user_id: at })));
    const bySeq = new Map(answers.map(({ body }) => [body.chatData.seq as number, body]));
    const moved = upTo(20).map((seq) => String(bySeq.get(seq).roomData.updated_date));
    const made = upTo(20).map((seq) => String(bySeq.get(seq).chatData.created_date));
    expect(moved.slice(1)).toEqual(made.slice(0, -1));
    expect((await here.room(room._id)).updated_date).toBe(made.at(-1));
  });

  it('ten rooms at once each begin at 1', async () => {
    const rooms = await Promise.all(upTo(10).map(() => aRoom(one, tenant)));
    const answers = await Promise.all(rooms.flatMap((each, at) => [via(at).send(each._id), via(at + 1).send(each._id)]));
    for (const [at, each] of rooms.entries()) {
      const own = answers.slice(2 * at, 2 * at + 2).map(({ body }) => body.chatData);
      expect(own.map((message) => message.room)).toEqual([String(each._id), String(each._id)]);
      expect(inOrder(own.map(({ seq }) => seq as number))).toEqual([1, 2]);
    }
  });
});

describe('More senders at once than may wait for one room', () => {
  let client: mongoose.mongo.MongoClient;
  beforeAll(() => {
    client = new mongoose.mongo.MongoClient(process.env.MONGODB_URI ?? '');
  });
  afterAll(() => client.close());

  it('are told to try again in a moment, and of those nothing is stored', async () => {
    const answered: number[] = [];
    const session = client.startSession();
    session.startTransaction();
    // While somebody else changes the room, whoever sends to it waits.
    await client.db(tenant.database).collection('rooms').updateOne({ _id: room._id }, { $set: { held: true } }, { session });
    const sending = upTo(260).map(async (at) => {
      const answer = await here.send(room._id, { message: String(at) });
      answered.push(answer.status);
      return answer;
    });
    await eventually(() => expect(answered.filter((status) => status === 503).length).toBeGreaterThan(30), { within: 30_000 });
    await session.abortTransaction();
    await session.endSession();
    const answers = await Promise.all(sending);
    const [taken, left] = [answers.filter(({ status }) => status === 200), answers.filter(({ status }) => status !== 200)];
    // One that MongoDB let wait too long is left out as well, as unavailable.
    for (const { status, body, headers } of left.filter((answer) => answer.body.error !== 'DATABASE_UNAVAILABLE')) {
      expect([status, headers['retry-after'], body]).toEqual([503, '1', { status: false, statusCode: 503, error: 'OVERLOADED', message: expect.stringMatching(/again/), chatData: {} }]);
    }
    await expectStored(taken.map(({ body }) => body.chatData));
    expect(left.map(({ body }) => body.error as string)).toContain('OVERLOADED');
    expect(taken.length).toBeGreaterThan(0);
  });
});
