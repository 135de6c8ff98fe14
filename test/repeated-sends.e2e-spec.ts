import type { mongo } from 'mongoose';
import type request from 'supertest';

import { TenantAdminService } from '../src/admin/index.js';
import { Clusters, newId } from '../src/mongo/index.js';
import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { monitored, onCommand } from './support/explain.js';
import { newGuardedTenant, personCalls } from './support/persons.js';
import { refusal } from './support/refusal.js';
import { dropAll, newTenant } from './support/tenants.js';

const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);
const aKey = (): string => newId().toHexString();
const DAY_SECONDS = 86_400;

let one: TestApp;
let two: TestApp;
let client: mongo.MongoClient;
let tenant: Tenant;
let room: Room;
let here: Calls;
let there: Calls;
let commands: string[] = [];

beforeAll(async () => {
  one = await startApp({ MONGODB_URI: monitored(process.env.MONGODB_URI ?? ''), PARTICIPANT_LIMIT: '3' });
  two = await startApp({ CONTROL_DATABASE: one.config.mongo.controlDatabase, PARTICIPANT_LIMIT: '3' });
  client = await one.app.get(Clusters).default.client();
  onCommand(client, ({ databaseName, commandName, command }) => databaseName !== one.config.mongo.controlDatabase && commands.push(`${commandName} ${String(command[commandName])}`));
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
  commands = [];
});

const keyed = (calls: Calls, key: string, fields: object = {}, to: unknown = room._id): request.Test => calls.send(to, fields).set('Idempotency-Key', key);
const messages = (): Promise<Record<string, unknown>[]> => here.history(room._id);

/** Sees that a send is refused, by a sentence that names `named`. */
async function expectRefused(send: request.Test, status: number, error: string, named: string): Promise<void> {
  const answer = await send;
  expect([answer.status, answer.body]).toEqual([status, refusal(status, error, named, { chatData: {} })]);
}
const expectConflict = (send: request.Test): Promise<void> => expectRefused(send, 409, 'IDEMPOTENCY_CONFLICT', 'key');
const expectInvalid = (send: request.Test, named: string): Promise<void> => expectRefused(send, 400, 'VALIDATION_FAILED', named);

describe('A send without a key', () => {
  it('costs what it cost before: three commands, and no collection', async () => {
    await here.send(room._id);
    commands = [];
    const answer = await here.send(room._id).expect(200);

    expect(commands).toEqual(['findAndModify rooms', 'insert messages', 'commitTransaction 1']);
    expect(answer.headers).not.toHaveProperty('idempotent-replayed');
    expect((await client.db(tenant.database).listCollections({ name: 'send_keys' }).toArray()).length).toBe(0);
  });

  it('is stored each time', async () => {
    await here.send(room._id, { client_message_id: null }).expect(200);
    await here.send(room._id).expect(200);
    expect(await messages()).toHaveLength(2);
  });
});

describe.each<[string, (calls: Calls, key: string, fields?: object) => request.Test]>([
  ['the header Idempotency-Key', (calls, key, fields) => keyed(calls, key, fields)],
  ['client_message_id', (calls, key, fields) => calls.send(room._id, { client_message_id: key, ...fields })],
  ['both', (calls, key, fields) => keyed(calls, key, { client_message_id: key, ...fields })],
])('A send with %s', (_how, send) => {
  it('is stored once, and repeated is answered as it was', async () => {
    const key = aKey();
    const first = await send(here, key).expect(200);
    const again = await send(here, key).expect(200);
    const elsewhere = await send(there, key).expect(200);

    expect(first.headers).not.toHaveProperty('idempotent-replayed');
    expect([again.headers['idempotent-replayed'], elsewhere.headers['idempotent-replayed']]).toEqual(['true', 'true']);
    expect(again.body).toEqual(first.body);
    expect(elsewhere.body).toEqual(first.body);
    expect(await messages()).toEqual([first.body.chatData]);
    expect(JSON.stringify(first.body)).not.toContain(key);
  });

  it('is refused with another content, and nothing is stored', async () => {
    const key = aKey();
    const { body } = await send(here, key).expect(200);
    for (const other of [{ message: 'another' }, { username: 'another' }, { is_media: true }, { message: null }]) {
      await expectConflict(send(here, key, other));
    }
    expect(await messages()).toEqual([body.chatData]);
  });
});

describe('A repeated send', () => {
  it('shows the room as it is today, once it has moved', async () => {
    const key = aKey();
    const { body: first } = await keyed(here, key).expect(200);
    const { body: next } = await here.send(room._id, { message: 'next' }).expect(200);
    await here.put(`/api/room/raiseanissue/${String(room._id)}`, { isRaiseIssue: 1 }).expect(200);
    const { body: again } = await keyed(here, key).expect(200);

    expect(again.chatData).toEqual(first.chatData);
    expect(again.roomData).toEqual(await here.room(room._id));
    expect((await messages()).map(({ _id }) => _id)).toEqual([first.chatData._id, next.chatData._id]);
  });

  it('changes nothing of the room', async () => {
    const key = aKey();
    await keyed(here, key).expect(200);
    const before = await client.db(tenant.database).collection('rooms').findOne({ _id: room._id });
    await keyed(here, key).expect(200);
    expect(await client.db(tenant.database).collection('rooms').findOne({ _id: room._id })).toEqual(before);
  });

  it('may say the key in the header once and in the body the other time, and numbers as text', async () => {
    const { body } = await keyed(here, '42', { user_id: 141 }).expect(200);
    const again = await here.send(room._id, { client_message_id: 42, user_id: '141', unknown: 'field' }).expect(200);
    expect([again.headers['idempotent-replayed'], again.body]).toEqual(['true', body]);
  });

  it('to another room is another content', async () => {
    const [key, other] = [aKey(), await aRoom(one, tenant)];
    await keyed(here, key).expect(200);
    await expectConflict(keyed(here, key, {}, other._id));
    expect(await here.history(other._id)).toEqual([]);
  });

  it('to a room that is not there is refused for its key first', async () => {
    const key = aKey();
    await keyed(here, key).expect(200);
    await expectConflict(keyed(here, key, {}, newId()));
  });

  it('of a message that has been removed stores nothing', async () => {
    const key = aKey();
    await keyed(here, key).expect(200);
    await client.db(tenant.database).collection('messages').deleteMany({ room: room._id });
    await expectConflict(keyed(here, key));
    expect(await messages()).toEqual([]);
  });

  it('costs one command more the first time, and changes nothing later', async () => {
    const key = aKey();
    await keyed(here, aKey());
    commands = [];
    await keyed(here, key).expect(200);
    expect(commands).toEqual(['findAndModify send_keys', 'findAndModify rooms', 'insert messages', 'commitTransaction 1']);
    commands = [];
    await keyed(here, key).expect(200);
    expect(commands).toEqual(['findAndModify send_keys', 'find messages', 'commitTransaction 1', 'find rooms']);
  });

  it('can be read by browsers of other origins', async () => {
    const { headers } = await keyed(here, aKey()).set('Origin', 'https://panel.example').expect(200);
    expect(headers['access-control-expose-headers']).toContain('idempotent-replayed');
  });
});

describe('A key', () => {
  it('belongs to its sender', async () => {
    const key = aKey();
    const senders = [{ user_type: 'agent', user_id: '141' }, { user_type: 'user', user_id: '141' }, { user_type: 'user', user_id: '5' }];
    for (const sender of senders) expect((await keyed(here, key, sender).expect(200)).headers).not.toHaveProperty('idempotent-replayed');
    expect(await messages()).toHaveLength(3);
  });

  it('of somebody without an id belongs to the address', async () => {
    const key = aKey();
    const panel = (email: string): request.Test => keyed(here, key, { user_type: 'admin', user_id: undefined, email });
    await panel('a@example.com').expect(200);
    await panel('b@example.com').expect(200);
    expect((await panel('a@example.com').expect(200)).headers['idempotent-replayed']).toBe('true');
    expect(await messages()).toHaveLength(2);
  });

  it('of a person belongs to whom the credential names, whoever the body says', async () => {
    const guarded = await newGuardedTenant(one);
    const theirs = await aRoom(one, guarded, { vendor_id: '7', order_user_id: '1' });
    const [agent, customer] = await Promise.all([personCalls(one, guarded, 'agent', '141'), personCalls(one, guarded, 'user', '1')]);
    const key = aKey();
    const first = await keyed(agent, key, { user_id: '141' }, theirs._id).expect(200);
    const other = await keyed(customer, key, { user_type: 'user', user_id: '141' }, theirs._id).expect(200);
    const again = await keyed(agent, key, { user_id: '141' }, theirs._id).expect(200);
    expect([other.headers['idempotent-replayed'], again.headers['idempotent-replayed']]).toEqual([undefined, 'true']);
    expect([other.body.chatData.auth_user_id, again.body.chatData]).toEqual(['1', first.body.chatData]);
  });

  it('of a shop that writes as a user is not that of the user with its number', async () => {
    const guarded = await newGuardedTenant(one);
    const peers = await aRoom(one, guarded, { type: 'user_to_user', p2p_id: '7', order_user_id: '1' });
    const theirs = await aRoom(one, guarded, { order_user_id: '6' });
    const [seller, customer] = await Promise.all([personCalls(one, guarded, 'vendor', '6', ['7']), personCalls(one, guarded, 'user', '6')]);
    const key = aKey();
    const send = (calls: Calls, to: Room): request.Test => keyed(calls, key, { user_type: 'user', user_id: '6' }, to._id);
    await send(seller, peers).expect(200);
    expect((await send(customer, theirs).expect(200)).headers).not.toHaveProperty('idempotent-replayed');
    for (const again of [send(seller, peers), send(customer, theirs)]) expect((await again.expect(200)).headers['idempotent-replayed']).toBe('true');
  });

  it('tells nobody whether there is a room that is not theirs', async () => {
    const guarded = await newGuardedTenant(one);
    const [mine, others] = [await aRoom(one, guarded), await aRoom(one, guarded, { agent_id: '142' })];
    const agent = await personCalls(one, guarded, 'agent', '141');
    const [used, fresh] = [aKey(), aKey()];
    await keyed(agent, used, {}, mine._id).expect(200);
    for (const id of [others._id, newId()]) {
      await expectConflict(keyed(agent, used, {}, id));
      await expectRefused(keyed(agent, fresh, {}, id), 404, 'ROOM_NOT_FOUND', 'room');
    }
  });

  it('answers nothing to whose room it is no more, and what is masked by now only masked', async () => {
    const guarded = await newGuardedTenant(one);
    const theirs = await aRoom(one, guarded);
    const agent = await personCalls(one, guarded, 'agent', '141');
    const key = aKey();
    const send = (): request.Test => keyed(agent, key, { phone_num: '+4915112345678' }, theirs._id);
    const first = await send().expect(200);
    expect(first.text).toContain('+4915112345678');
    await one.app.get(TenantAdminService).put(guarded.key, { settings: { masking: { agent: { '*': ['phone_num'] } } } });
    const again = await send().expect(200);
    expect([again.headers['idempotent-replayed'], again.text]).toEqual(['true', expect.not.stringContaining('+4915112345678')]);
    await client.db(guarded.database).collection('rooms').updateOne({ _id: theirs._id }, { $set: { agent_id: '9' } });
    await expectRefused(send(), 404, 'ROOM_NOT_FOUND', 'room');
  });

  it('belongs to its deployment', async () => {
    const [key, other] = [aKey(), await newTenant(one)];
    const its = await aRoom(one, other, { room_name: room.room_name });
    await keyed(here, key).expect(200);
    expect((await keyed(new Calls(one, other), key, {}, its._id).expect(200)).headers).not.toHaveProperty('idempotent-replayed');
  });

  it('of a send that failed is free', async () => {
    const key = aKey();
    await keyed(here, key, { user_type: '' }).expect(400);
    await keyed(here, key, { message: 'x'.repeat(10_001) }).expect(400);
    await keyed(here, key, {}, newId()).expect(404);
    for (const id of [1, 2, 3]) await here.send(room._id, { user_type: 'user', user_id: id }).expect(200);
    await expectRefused(keyed(here, key), 409, 'ROOM_FULL', 'participants');
    const next = await aRoom(one, tenant);
    expect((await keyed(here, key, {}, next._id).expect(200)).headers).not.toHaveProperty('idempotent-replayed');
  });

  it('is kept for a day at the least and is not to be read from what is kept', async () => {
    const key = aKey();
    await keyed(here, key, { message: 'a secret between us', email: 'me@example.com' }).expect(200);
    const keys = client.db(tenant.database).collection('send_keys');
    const [byAge] = (await keys.indexes()).filter(({ expireAfterSeconds }) => expireAfterSeconds !== undefined);
    expect(byAge?.expireAfterSeconds).toBeGreaterThanOrEqual(DAY_SECONDS);
    expect(byAge?.key).toEqual({ created_date: 1 });
    const kept = JSON.stringify(await keys.find().toArray());
    for (const said of [key, 'a secret', 'example.com']) expect(kept).not.toContain(said);
  });
});

describe('A key that is none', () => {
  const BAD = ['', ' ', 'a b', 'ä', 'a\nb', 'null', 'undefined', 'x'.repeat(201)];

  it.each(BAD)('is refused in the body: %j', async (key) => {
    await expectInvalid(here.send(room._id, { client_message_id: key }), 'client_message_id');
  });

  it('is refused as a number that arrived rounded: another one would be the same', async () => {
    for (const key of ['12345678901234567890', '1e400', '-9007199254740993']) {
      const body = `{"room_id":"${String(room._id)}","user_type":"agent","message":"m","client_message_id":${key}}`;
      await expectInvalid(here.post('/api/chat/sendMessageJoin', body).set('Content-Type', 'application/json'), 'client_message_id');
    }
    expect(await messages()).toEqual([]);
  });

  it.each([{ $ne: '' }, ['a'], { a: 1 }, true])('is refused in the body: %j', async (key) => {
    await expectInvalid(here.send(room._id, { client_message_id: key }), 'client_message_id');
  });

  it.each(BAD.filter((key) => !key.includes('\n')))('is refused in the header: %j', async (key) => {
    await expectInvalid(keyed(here, key), 'Idempotency-Key');
  });

  it.each([['a', 'b'], ['a', 'A'], ['1', 2]])('header %j and field %j are refused together', async (header, field) => {
    await expectInvalid(keyed(here, header, { client_message_id: field }), 'client_message_id');
    expect(await messages()).toEqual([]);
  });

  it('is none of the longest and the oddest that are allowed: they are taken', async () => {
    for (const key of ['x'.repeat(200), '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', '0']) {
      await keyed(here, key, { client_message_id: key }).expect(200);
    }
    expect(await messages()).toHaveLength(3);
  });
});

describe.each<[string, (at: number) => Calls]>([
  ['one instance', () => here],
  ['two instances', (at) => (at % 2 === 0 ? here : there)],
])('At once, through %s', (_through, via) => {
  it('twelve equal sends make one message, which all are answered', async () => {
    const key = aKey();
    const answers = await Promise.all(upTo(12).map((at) => keyed(via(at), key)));

    expect(answers.map(({ status }) => status)).toEqual(upTo(12).map(() => 200));
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === undefined)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.chatData._id)).size).toBe(1);
    expect(await messages()).toEqual([answers[0]?.body.chatData]);
  });

  it('of sends to many rooms with one key one is stored, and the others are refused', async () => {
    const key = aKey();
    const rooms = await Promise.all(upTo(8).map(() => aRoom(one, tenant)));
    const answers = await Promise.all(rooms.map(({ _id }, at) => keyed(via(at), key, {}, _id)));

    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...upTo(7).map(() => 409)]);
    expect((await Promise.all(rooms.map(({ _id }) => here.history(_id)))).flat()).toHaveLength(1);
  });

  it('fifteen sends of which each is made three times are fifteen messages in order', async () => {
    const keys = upTo(15).map(aKey);
    const answers = await Promise.all(upTo(3).flatMap((time) => keys.map((key, at) => keyed(via(at + time), key, { message: key }))));

    expect(answers.filter(({ status }) => status !== 200).map(({ body }) => body as object)).toEqual([]);
    const stored = await messages();
    expect(stored.map(({ seq }) => seq)).toEqual(upTo(15));
    expect(stored.map(({ message }) => message).sort()).toEqual([...keys].sort());
    for (const { body } of answers) expect(stored).toContainEqual(body.chatData);
  });
});
