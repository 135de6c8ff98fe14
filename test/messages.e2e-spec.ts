import mongoose from 'mongoose';

import { ValidationFailedError } from '../src/common/index.js';
import { ANONYMOUS } from '../src/auth/index.js';
import { HistoryService, MessageService } from '../src/message/index.js';
import { newId } from '../src/mongo/index.js';
import { ParticipantService } from '../src/participant/index.js';
import { RoomFullError, RoomNotFoundError, RoomService, type Joiner, type Message, type MessageFields, type Room, type RoomFields } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { AGENT, aMessage, aRoom } from './support/build.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(60_000);

const LONG_AGO = new Date('2020-01-01T00:00:00.000Z');
const USER: Joiner = { user_type: 'user', user_id: '1', email: 'casey@example.com', username: 'Casey' };
const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

let service: TestApp;
let other: TestApp;
let tenant: Tenant;
let client: mongoose.mongo.MongoClient;

beforeAll(async () => {
  service = await startApp({ DATABASE_TIMEOUT_MS: '2500' });
  other = await startApp({ DATABASE_TIMEOUT_MS: '2500', CONTROL_DATABASE: service.config.mongo.controlDatabase });
  tenant = await newTenant(service);
  client = new mongoose.mongo.MongoClient(process.env.MONGODB_URI ?? '');
});

afterAll(async () => {
  await dropAll(service);
  await Promise.all([service.close(), other.close(), client.close()]);
});

type Sent = Promise<{ message: Message; room: Room }>;
const send = (room: Room, sender: Joiner = AGENT, fields: MessageFields = { message: 'hello' }, { app } = service): Sent =>
  app.get(MessageService).store(tenant, ANONYMOUS, room._id, { sender, fields });
const stored = ({ _id }: Room): Promise<Room> => service.app.get(RoomService).getById(tenant, ANONYMOUS, _id);
const history = async ({ _id }: Room): Promise<Message[]> => (await service.app.get(HistoryService).find(tenant, ANONYMOUS, _id)).messages;
const join = (room: Room, joiner: Joiner, { app } = service) => app.get(ParticipantService).join(tenant, ANONYMOUS, room._id, joiner);
const inMongo = (collection: 'rooms' | 'messages'): mongoose.mongo.Collection => client.db(tenant.database).collection(collection);
const set = ({ _id }: Room, fields: object): Promise<unknown> => inMongo('rooms').updateOne({ _id }, { $set: fields });

function expectInOrder(messages: readonly Message[]): void {
  const dates = messages.map(({ created_date }) => created_date.getTime());
  expect(dates).toEqual([...dates].sort((one, next) => one - next));
}

describe('Messages that are sent at once', () => {
  it('by fifty senders take the places 1 to 50 of their room, each one', async () => {
    const room = await aRoom(service, tenant);
    const sent = await Promise.all(upTo(50).map((at) => send(room, { ...AGENT, user_id: `driver-${at}` }, { message: `from ${at}` })));
    expect(sent.map(({ message }) => message.seq).sort((one, next) => one - next)).toEqual(upTo(50));

    const [after, messages] = await Promise.all([stored(room), history(room)]);
    expect(messages.map(({ seq }) => seq)).toEqual(upTo(50));
    expect(messages.map(({ message }) => message).sort()).toEqual(upTo(50).map((at) => `from ${at}`).sort());
    expect(after.seq).toBe(50);
    expect(after.last_message).toEqual(messages[49]);
    expect(after.participants).toHaveLength(50);
    expect(new Set(sent.map(({ room: state }) => state.revision.toHexString())).size).toBe(50);
    expectInOrder(messages);
  });

  it('through two instances, forty each, take the places 1 to 80', async () => {
    const room = await aRoom(service, tenant);
    const sent = await Promise.all(
      upTo(40).flatMap((at) => [send(room, AGENT, { message: `one ${at}` }), send(room, USER, { message: `other ${at}` }, other)]),
    );
    const [after, messages] = await Promise.all([stored(room), history(room)]);
    expect(messages.map(({ seq }) => seq)).toEqual(upTo(80));
    expect(after.seq).toBe(80);
    expect(after.last_message).toEqual(messages[79]);
    expect(after.participants.map(({ user_type }) => user_type).sort()).toEqual(['agent', 'user']);
    expect(new Set(sent.map(({ room: state }) => state.revision.toHexString())).size).toBe(80);
    expectInOrder(messages);
  });

  it('by one new sender make one participant', async () => {
    const room = await aRoom(service, tenant);
    await Promise.all(upTo(6).map((at) => send(room, USER, { message: String(at) }, at % 2 === 0 ? service : other)));
    const { participants, seq } = await stored(room);
    expect([participants.length, seq]).toEqual([1, 6]);
  });

  it('to different rooms each begin at 1', async () => {
    const rooms = await Promise.all(upTo(10).map(() => aRoom(service, tenant)));
    const sent = await Promise.all(rooms.map((room) => send(room)));
    expect(sent.map(({ message }) => message.seq)).toEqual(rooms.map(() => 1));
  });
});

describe('Rooms that are made at once', () => {
  it('by eight equal calls, over two instances, are one', async () => {
    const fields: RoomFields = { room_name: 'OrderNo-1-of-eight', room_id: '1', agent_id: '141' };
    const made = await Promise.all(upTo(8).map((at) => (at % 2 === 0 ? service : other).app.get(RoomService).create(tenant, ANONYMOUS, fields)));
    expect(made.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(made.map(({ room }) => room._id.toHexString())).size).toBe(1);
    expect(await inMongo('rooms').countDocuments({ room_name: fields.room_name })).toBe(1);
  });

  it('as the first touch of a new tenant by eight equal calls, over two instances, are one', async () => {
    const fresh = await newTenant(service);
    const made = await Promise.all(upTo(8).map((at) => (at % 2 === 0 ? service : other).app.get(RoomService).create(fresh, ANONYMOUS, { room_name: 'first' })));
    expect(made.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await client.db(fresh.database).collection('rooms').countDocuments()).toBe(1);
  });

  it('of one name stay as the first call made them', async () => {
    const room = await aRoom(service, tenant, { room_name: 'made once', order_id: 'first' });
    await send(room);
    const before = await stored(room);
    const again = await service.app.get(RoomService).create(tenant, ANONYMOUS, { room_name: 'made once', order_id: 'second', type: 'user_to_user' });
    expect(again).toEqual({ room: before, isNew: false });
  });

  it('of one name in two tenants are two', async () => {
    const [one, two] = [await aRoom(service, tenant, { room_name: 'same' }), await aRoom(service, await newTenant(service), { room_name: 'same' })];
    expect(one._id.equals(two._id)).toBe(false);
  });
});

describe('A message', () => {
  it('moves preview, seq, revision and updated_date of its room, and the room of no other', async () => {
    const [room, quiet] = [await aRoom(service, tenant), await aRoom(service, tenant)];
    await set(room, { updated_date: LONG_AGO, created_date: LONG_AGO });
    const states = [await stored(room)];
    for (const message of ['one', 'two', 'three']) {
      const { message: sent, room: state } = await send(room, AGENT, { message });
      expect(state).toEqual(await stored(room));
      expect(state.last_message).toEqual(sent);
      expect(sent).toEqual((await history(room)).at(-1));
      expect([sent.message, state.updated_date]).toEqual([message, sent.created_date]);
      states.push(state);
    }
    expect(states.map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
    expect(new Set(states.map(({ revision }) => revision.toHexString())).size).toBe(4);
    expect(states[1]!.updated_date.getTime()).toBeGreaterThan(LONG_AGO.getTime());
    expect(states.map(({ created_date }) => created_date)).toEqual([LONG_AGO, LONG_AGO, LONG_AGO, LONG_AGO]);
    expect(await stored(quiet)).toEqual(quiet);
  });

  it('is never dated before the one before it, nor moves updated_date backwards, whatever the clock says', async () => {
    const room = await aRoom(service, tenant);
    await send(room);
    const future = new Date(Date.now() + 3_600_000);
    await set(room, { updated_date: future });
    const { message, room: after } = await send(room);
    expect([message.created_date, after.updated_date]).toEqual([future, future]);
    await set(room, { updated_date: LONG_AGO, 'last_message.created_date': future });
    expect((await send(room)).message.created_date).toEqual(future);
    expectInOrder(await history(room));
  });

  it('that cannot be stored leaves the room as it was, all or nothing', async () => {
    const room = await aRoom(service, tenant);
    await send(room);
    const before = await stored(room);
    const inTheWay = { ...before.last_message!, _id: newId(), seq: 2 };
    await inMongo('messages').insertOne(inTheWay);
    await expect(send(room, USER, { message: 'lost' })).rejects.toThrow();
    expect(await stored(room)).toEqual(before);
    expect((await history(room)).map(({ message }) => message)).toEqual(['hello', 'hello']);

    await inMongo('messages').deleteOne({ _id: inTheWay._id });
    expect((await send(room, USER, { message: 'stored' })).message.seq).toBe(2);
  });

  it('is committed in one transaction with its room’s preview', async () => {
    const room = await aRoom(service, tenant);
    await send(room);
    const changes = client.db(tenant.database).watch([{ $match: { operationType: { $in: ['insert', 'update', 'replace'] } } }]);
    try {
      await changes.tryNext();
      await send(room);
      const seen = [await changes.next(), await changes.next()] as unknown as { ns: { coll: string }; txnNumber?: unknown; lsid?: { id: unknown } }[];
      expect(seen.map(({ ns }) => ns.coll)).toEqual(['rooms', 'messages']);
      expect(seen[0]?.txnNumber).toBeDefined();
      expect([seen[1]?.txnNumber, seen[1]?.lsid]).toEqual([seen[0]?.txnNumber, seen[0]?.lsid]);
    } finally {
      await changes.close();
    }
  });

  it('to a room that does not exist is refused and stored nowhere', async () => {
    const nowhere = { _id: newId() } as Room;
    await expect(send(nowhere)).rejects.toThrow(RoomNotFoundError);
    await expect(join(nowhere, USER)).rejects.toThrow(RoomNotFoundError);
    expect(await inMongo('messages').countDocuments({ room: nowhere._id })).toBe(0);
    expect(await inMongo('rooms').countDocuments({ _id: nowhere._id })).toBe(0);
  });

  it('to a room of another tenant is refused and stored nowhere', async () => {
    const foreign = await aRoom(service, await newTenant(service));
    await expect(send(foreign)).rejects.toThrow(RoomNotFoundError);
    expect(await inMongo('messages').countDocuments({ room: foreign._id })).toBe(0);
  });

  it('has the fields of the wire, five of them its room’s', async () => {
    const room = await aRoom(service, tenant);
    const { message } = await send(room, AGENT, { message: 'on my way', to_message: 'to_user', from_message: 'from_agent', chat_type: 'agent_to_user' });
    expect(message).toEqual({
      _id: expect.any(mongoose.Types.ObjectId),
      room: room._id,
      ...{ room_name: room.room_name, vendor_id: '7', vendor_user_id: '141', order_user_id: '1', order_vendor_id: '9' },
      ...{ message: 'on my way', to_message: 'to_user', from_message: 'from_agent', chat_type: 'agent_to_user' },
      ...{ user_type: 'agent', email: '', username: 'goutav', phone_num: '+0000000000', display_image: null },
      ...{ auth_user_id: '141', to_id: '7', from_id: '1', from_user_id: '141' },
      ...{ is_media: false, mediaUrl: null, thumbnailUrl: null, mediaType: null },
      ...{ created_date: expect.any(Date), __v: 0, seq: 1 },
    });
  });

  it('holds nothing of the one before it, whatever its sender leaves out', async () => {
    const room = await aRoom(service, tenant);
    const chatty = { ...AGENT, email: 'private@example.com' };
    await send(room, chatty, { message: 'secret', to_message: 'to_user', from_message: 'from_agent', chat_type: 'agent_to_user' });
    await send(room, { user_type: 'admin', user_id: '5' }, {});
    const [, second] = await history(room);
    expect((await stored(room)).last_message).toEqual(second);
    for (const field of ['email', 'username', 'message', 'to_message', 'from_message', 'chat_type']) expect(second).not.toHaveProperty(field);
    expect(second).toMatchObject({ phone_num: 'N/A', auth_user_id: '5' });
  });

  it('of media may have no text at all', async () => {
    const room = await aRoom(service, tenant);
    const media = { is_media: true, mediaUrl: 'https://images.example.com/1.jpg', thumbnailUrl: 'https://images.example.com/1t.jpg', mediaType: 'image/jpeg' };
    const { message } = await send(room, AGENT, media);
    expect(message).toMatchObject(media);
    expect(message).not.toHaveProperty('message');
    expect((await history(room))[0]).not.toHaveProperty('message');
  });

  it.each<[string, Joiner, object]>([
    ['anybody but a shop', { user_type: 'user', user_id: '55' }, { to_id: '7', from_id: '1', from_user_id: '55', auth_user_id: '55' }],
    ['an admin', { user_type: 'admin', user_id: '3', email: 'a@example.com' }, { to_id: '7', from_id: '1', from_user_id: '3', auth_user_id: '3' }],
    ['a shop', { user_type: 'vendor', user_id: '90' }, { to_id: '1', from_id: '7', from_user_id: '141', auth_user_id: '90' }],
  ])('of %s goes from and to the ids of the wire', async (_who, sender, ids) => {
    expect((await send(await aRoom(service, tenant), sender)).message).toMatchObject(ids);
  });
});

describe('Text', () => {
  const TEXTS = ['$', '$room', '$$NOW', '$$ROOT', 'it costs $$NOW or never', '$set', '{"$ne":null}', 'a.b.c', '.', '..', '', ' ', '\u0000', 'null', 'undefined', '👩‍👩‍👧 🇩🇪 é\u0301', '\u202Eright to left', 'two\nlines\r\n\ttab', '<b>&amp;</b>'];

  it.each(TEXTS)('is stored as it is, in every field of a message, its sender and its room: %j', async (text) => {
    const roomFields = { vendor_id: text, vendor_user_id: text, order_user_id: text, order_vendor_id: text };
    const room = await aRoom(service, tenant, roomFields);
    const profile = { email: text, username: text, phone_num: text, display_image: text };
    const fields = { message: text, to_message: text, from_message: text, chat_type: text, mediaUrl: text, thumbnailUrl: text, mediaType: text };
    const { message } = await send(room, { user_type: 'agent', user_id: text, sub_domain: text, ...profile }, fields);
    const expected = { ...profile, ...fields, ...roomFields, auth_user_id: text, to_id: text, from_id: text, from_user_id: text };
    expect(message).toMatchObject(expected);
    const [inHistory] = await history(room);
    const { participants, last_message } = await stored(room);
    expect(inHistory).toEqual(message);
    expect(last_message).toEqual(message);
    expect(participants).toMatchObject([{ ...profile, ...roomFields, user_id: text, auth_user_id: text, sub_domain: text }]);
    await send(room, { user_type: 'agent', user_id: text }, fields);
    expect((await stored(room)).participants).toHaveLength(1);
  });

  it('of an unknown kind of sender is text too', async () => {
    const room = await aRoom(service, tenant);
    const { message, room: after } = await send(room, { user_type: '$$NOW', user_id: '$_id' });
    expect([message.user_type, message.auth_user_id, after.participants[0]?.user_type]).toEqual(['$$NOW', '$_id', '$$NOW']);
  });

  it('of MESSAGE_LIMIT characters is stored whole, and one more is refused and stored nowhere', async () => {
    const room = await aRoom(service, tenant);
    const longest = `${'x'.repeat(4_996)}${'👍'.repeat(2_500)}$$é.`;
    expect(longest).toHaveLength(10_000);
    expect((await send(room, AGENT, { message: longest })).message.message).toBe(longest);
    const before = await stored(room);
    await expect(send(room, AGENT, { message: `${longest}y` })).rejects.toThrow(ValidationFailedError);
    await expect(send(room, AGENT, { message: `${longest}y` })).rejects.toThrow(/message.*10000/);
    expect([await stored(room), await history(room)]).toEqual([before, [before.last_message]]);
  });
});

describe('What a sender leaves out', () => {
  const IMAGE = 'https://images.example.com/$default.png';

  it('is the deployment’s default image and "N/A"', async () => {
    const shop = await newTenant(service, { settings: { default_image: IMAGE } });
    const room = await aRoom(service, shop);
    expect(await aMessage(service, shop, room._id, { sender: { user_type: 'agent', user_id: '1' } })).toMatchObject({ display_image: IMAGE, phone_num: 'N/A' });
  });

  it('is no image where the deployment has no default one', async () => {
    expect((await send(await aRoom(service, tenant), { user_type: 'agent', user_id: '1' })).message).toMatchObject({ display_image: null, phone_num: 'N/A' });
  });

  it('stays null where null was sent, and empty where it was empty', async () => {
    const shop = await newTenant(service, { settings: { default_image: IMAGE } });
    const room = await aRoom(service, shop);
    const empty = { user_type: 'agent', user_id: '1', email: null, username: null };
    const sent = await aMessage(service, shop, room._id, { sender: { ...empty, display_image: null, phone_num: null }, message: null });
    expect(sent).toMatchObject({ display_image: null, phone_num: null, email: null, username: null, message: null });
    expect(await aMessage(service, shop, room._id, { sender: { ...empty, display_image: '', phone_num: '' } })).toMatchObject({ display_image: '', phone_num: '' });
  });

  it('stays absent where there is no default', async () => {
    const { message } = await send(await aRoom(service, tenant, { vendor_id: undefined as never }), { user_type: 'agent', user_id: '1' }, { message: 'x' });
    for (const field of ['email', 'username', 'to_message', 'from_message', 'chat_type', 'vendor_id', 'to_id']) expect(message).not.toHaveProperty(field);
  });
});

describe('A sender is known again', () => {
  const participantsAfter = async (...senders: Joiner[]): Promise<[unknown, unknown][]> => {
    const room = await aRoom(service, tenant);
    for (const sender of senders) await send(room, sender);
    return (await stored(room)).participants.map(({ user_id, auth_user_id }) => [user_id, auth_user_id]);
  };

  it('as the shop, whoever of its staff writes: user_id is the shop, auth_user_id the first of them', async () => {
    expect(await participantsAfter({ user_type: 'vendor', user_id: '90' }, { user_type: 'vendor', user_id: '91', email: 'x@example.com' })).toEqual([['7', '90']]);
  });

  it('as an admin by e-mail', async () => {
    const admin = (id: string, email: string): Joiner => ({ user_type: 'admin', user_id: id, email });
    expect(await participantsAfter(admin('1', 'a@example.com'), admin('2', 'a@example.com'), admin('1', 'b@example.com'))).toEqual([['1', '1'], ['1', '1']]);
  });

  it.each([undefined, null, ''])('as an admin by id where the e-mail is %j', async (email) => {
    const admin = (id: string): Joiner => ({ user_type: 'admin', user_id: id, ...(email === undefined ? {} : { email }) });
    expect(await participantsAfter(admin('1'), admin('2'), admin('1'))).toEqual([['1', '1'], ['2', '2']]);
  });

  it('as anybody else by kind and id, so that both sides of a peer chat are one participant each', async () => {
    const [buyer, seller, agent]: Joiner[] = [{ user_type: 'user', user_id: '1' }, { user_type: 'user', user_id: '2' }, { user_type: 'agent', user_id: '1' }];
    const renamed = { ...buyer!, username: 'new name', email: 'new@example.com' };
    expect(await participantsAfter(buyer!, seller!, agent!, renamed, seller!)).toEqual([['1', '1'], ['2', '2'], ['1', '1']]);
  });

  it.each<[string, Joiner]>([
    ['null', { user_type: 'user', user_id: null }],
    ['an empty one', { user_type: 'user', user_id: '' }],
    ['none', { user_type: 'user' }],
  ])('also with %s for an id', async (_id, sender) => {
    expect(await participantsAfter(sender, sender, sender)).toHaveLength(1);
  });

  it('as they were when they came: what they send later changes their messages, not the participant', async () => {
    const room = await aRoom(service, tenant);
    await send(room, { ...USER, username: 'first' });
    const before = (await stored(room)).participants;
    const { message, room: after } = await send(room, { ...USER, username: 'second' });
    expect([message.username, after.participants]).toEqual(['second', before]);
  });

  it('by a join too, once however many at a time, and the room moves with the first only', async () => {
    const room = await aRoom(service, tenant);
    const joined = await Promise.all(upTo(8).map((at) => join(room, USER, at % 2 === 0 ? service : other)));
    expect(joined.filter(({ isNew }) => isNew)).toHaveLength(1);
    const after = await stored(room);
    expect(after.participants).toEqual([joined[0]!.participant]);
    expect([after.seq, after.last_message, after.revision.equals(room.revision)]).toEqual([0, null, false]);
    await send(room, USER);
    expect((await stored(room)).participants).toEqual(after.participants);
  });

  it.each<[string, Joiner]>([
    ['by a shop', { user_type: 'vendor', user_id: '90' }],
    ['without an id', { user_type: 'user' }],
  ])('by a join %s', async (_who, joiner) => {
    const room = await aRoom(service, tenant);
    const [first, second] = [await join(room, joiner), await join(room, joiner)];
    expect([first.isNew, second.isNew]).toEqual([true, false]);
    expect(second.participant).toEqual(first.participant);
  });
});

describe('A room with PARTICIPANT_LIMIT participants', () => {
  it('refuses whoever is new, stores nothing of them, and lets those inside write on', async () => {
    const small = await startApp({ PARTICIPANT_LIMIT: '2', CONTROL_DATABASE: service.config.mongo.controlDatabase });
    try {
      const room = await aRoom(small, tenant);
      await send(room, USER, { message: '1' }, small);
      await send(room, AGENT, { message: '2' }, small);
      const before = await stored(room);
      const stranger = { user_type: 'user', user_id: '99' };
      await expect(send(room, stranger, { message: 'no' }, small)).rejects.toThrow(RoomFullError);
      await expect(join(room, stranger, small)).rejects.toThrow(RoomFullError);
      expect([await stored(room), (await history(room)).length]).toEqual([before, 2]);
      expect((await send(room, USER, { message: '3' }, small)).message.seq).toBe(3);
      expect((await join(room, AGENT, small)).isNew).toBe(false);
      expect((await stored(room)).participants).toEqual(before.participants);
    } finally {
      await small.close();
    }
  });

  it('lets in no more of those who come at once than there is place for', async () => {
    const small = await startApp({ PARTICIPANT_LIMIT: '3', CONTROL_DATABASE: service.config.mongo.controlDatabase });
    try {
      const room = await aRoom(small, tenant);
      const sent = await Promise.allSettled(upTo(10).map((at) => send(room, { user_type: 'user', user_id: String(at) }, { message: 'x' }, small)));
      expect(sent.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
      const { participants, seq } = await stored(room);
      expect([participants.length, seq, (await history(room)).length]).toEqual([3, 3, 3]);
    } finally {
      await small.close();
    }
  });
});
