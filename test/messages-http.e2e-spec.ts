import { newId } from '../src/mongo/index.js';
import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom, aStoredRoom, storeRooms } from './support/build.js';
import { Calls } from './support/calls.js';
import { dropAll, newTenant } from './support/tenants.js';

const IMAGE = 'https://images.example.com/$default.png';
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

let service: TestApp;
let tenant: Tenant;
let calls: Calls;
let room: Room;

beforeAll(async () => {
  service = await startApp();
  tenant = await newTenant(service, { settings: { default_image: IMAGE } });
  calls = new Calls(service, tenant);
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});
beforeEach(async () => {
  room = await aRoom(service, tenant);
});

/** The message as answered by a send that must succeed. */
async function sentMessage(fields: object): Promise<Record<string, unknown>> {
  return (await calls.send(room._id, fields).expect(200)).body.chatData;
}

/** Sends what must be refused, and sees that nothing was stored of it. */
async function expectRefused(fields: object, message: RegExp): Promise<void> {
  const before = await calls.room(room._id);
  const { body } = await calls.send(room._id, fields).expect(400);
  expect(body).toEqual({ status: false, statusCode: 400, error: 'VALIDATION_FAILED', message: expect.stringMatching(message), chatData: {} });
  expect([await calls.room(room._id), await calls.history(room._id)]).toEqual([before, []]);
}

describe('sendMessageJoin answers', () => {
  it('the message and the room before it', async () => {
    const before = await calls.room(room._id);
    const { body } = await calls.send(room._id, { to_message: 'to_user', from_message: 'from_agent', email: '', username: 'goutav', chat_type: 'agent-to-user' }).expect(200);
    expect(body).toEqual({
      chatData: {
        _id: expect.stringMatching(/^[0-9a-f]{24}$/),
        room: String(room._id),
        ...{ room_name: room.room_name, vendor_id: '7', vendor_user_id: '141', order_user_id: '1', order_vendor_id: '9' },
        ...{ message: 'hello', user_type: 'agent', to_message: 'to_user', from_message: 'from_agent', chat_type: 'agent-to-user' },
        ...{ email: '', username: 'goutav', phone_num: 'N/A', display_image: IMAGE },
        ...{ auth_user_id: '141', to_id: '7', from_id: '1', from_user_id: '141' },
        ...{ is_media: false, mediaUrl: null, thumbnailUrl: null, mediaType: null },
        ...{ created_date: expect.stringMatching(DATE), __v: 0, seq: 1 },
      },
      roomData: before,
      ...{ new: true, status: true, statusCode: 200, message: 'sent!' },
    });
    expect(await calls.history(room._id)).toEqual([body.chatData]);
  });

  it('the room before this message each time, not after it', async () => {
    const seen: unknown[] = [];
    const states = [await calls.room(room._id)];
    for (const message of ['1', '2', '3']) {
      seen.push((await calls.send(room._id, { message }).expect(200)).body.roomData);
      states.push(await calls.room(room._id));
    }
    expect(seen).toEqual(states.slice(0, 3));
    const dates = states.map(({ updated_date }) => Date.parse(String(updated_date)));
    expect(dates).toEqual([...dates].sort((one, next) => one - next));
    expect(dates[3]).toBeGreaterThan(dates[0]!);
  });

  it('the same to a form as to JSON, but for ids and dates', async () => {
    const fields = { message: "50% off & more + 'é' 👍", user_type: 'user', user_id: '1', email: '', username: 'U+', phone_num: '+91 1', display_image: '', chat_type: 'agent_to_user', is_media: 'false' };
    const [first, second] = [room, await aRoom(service, tenant)];
    const json = await calls.send(first._id, fields).expect(200);
    const form = await calls.post('/api/chat/sendMessageJoin', new URLSearchParams({ room_id: String(second._id), ...fields }).toString()).expect(200);
    const ofOther = { _id: form.body.chatData._id, room: String(second._id), room_name: second.room_name, created_date: form.body.chatData.created_date };
    expect(form.body.chatData).toEqual({ ...json.body.chatData, ...ofOther });
    expect(form.body.chatData.message).toBe(fields.message);
  });

  it('to a room whose id is written in capitals', async () => {
    const { body } = await calls.send(String(room._id).toUpperCase()).expect(200);
    expect(body.chatData.room).toBe(String(room._id));
  });

  it('to headers that old apps send, whatever they hold', async () => {
    const headers = { authorization: 'opaque panel token', client: 'somebody-else', language: 'en', currency: 'USD', code: '1' };
    await calls.send(room._id).set(headers).expect(200);
  });
});

describe('A message sent by HTTP', () => {
  it.each<[string, object, object]>([
    ['an agent', { user_type: 'agent', user_id: 141 }, { to_id: '7', from_id: '1', from_user_id: '141', auth_user_id: '141' }],
    ['a customer', { user_type: 'user', user_id: '1' }, { to_id: '7', from_id: '1', from_user_id: '1', auth_user_id: '1' }],
    ['an admin', { user_type: 'admin', user_id: 3, email: 'a@example.com' }, { to_id: '7', from_id: '1', from_user_id: '3', auth_user_id: '3' }],
    ['a shop', { user_type: 'vendor', user_id: 90 }, { to_id: '1', from_id: '7', from_user_id: '141', auth_user_id: '90' }],
    ['a kind that is new', { user_type: 'manager', user_id: 5 }, { to_id: '7', from_id: '1', from_user_id: '5', auth_user_id: '5' }],
  ])('of %s goes from and to the ids of the room', async (_who, sender, ids) => {
    expect(await sentMessage(sender)).toMatchObject(ids);
  });

  it.each<[unknown, string | null]>([[0, '0'], [1.5, '1.5'], [-1, '-1'], [9007199254740991, '9007199254740991'], ['007', '007'], ['', ''], [null, null], ['undefined', 'undefined'], [true, 'true']])(
    'has %j for a user_id as text',
    async (id, text) => {
      expect(await sentMessage({ user_type: 'user', user_id: id })).toMatchObject({ auth_user_id: text, from_user_id: text });
    },
  );

  it('without a user_id has no sender', async () => {
    const message = await sentMessage({ user_id: undefined });
    for (const field of ['auth_user_id', 'from_user_id', 'user_id']) expect(message).not.toHaveProperty(field);
  });

  it('keeps nulls and empty texts, and leaves out what was left out', async () => {
    const nulls = { message: null, to_message: null, from_message: null, email: null, username: null, phone_num: null, display_image: null, chat_type: null, mediaUrl: null };
    expect(await sentMessage(nulls)).toMatchObject(nulls);
    const empty = Object.fromEntries(Object.keys(nulls).map((field) => [field, '']));
    expect(await sentMessage(empty)).toMatchObject(empty);
    const bare = await sentMessage({ message: undefined });
    for (const field of ['message', 'to_message', 'from_message', 'email', 'username', 'chat_type']) expect(bare).not.toHaveProperty(field);
    expect(bare).toMatchObject({ phone_num: 'N/A', display_image: IMAGE, is_media: false, mediaUrl: null });
  });

  it('has nothing of the message before it', async () => {
    const all = { email: 'a@example.com', username: 'A', to_message: 'x', from_message: 'y', chat_type: 'z', is_media: true, mediaUrl: 'u', thumbnailUrl: 't', mediaType: 'm' };
    await sentMessage(all);
    const bare = await sentMessage({ message: undefined, user_id: undefined });
    for (const field of ['message', 'email', 'username', 'to_message', 'from_message', 'chat_type', 'auth_user_id', 'from_user_id']) expect(bare).not.toHaveProperty(field);
    expect(bare).toMatchObject({ is_media: false, mediaUrl: null, thumbnailUrl: null, mediaType: null });
    expect((await calls.history(room._id))[1]).toEqual(bare);
  });

  it.each<[unknown, boolean]>([[true, true], [1, true], ['1', true], ['true', true], [false, false], [0, false], ['0', false], ['false', false], [undefined, false], [null, false], ['', false]])(
    'is media where is_media is %j: %j',
    async (sent, isMedia) => {
      expect(await sentMessage({ is_media: sent, mediaUrl: 'https://b/x.jpg' })).toMatchObject({ is_media: isMedia, mediaUrl: 'https://b/x.jpg' });
    },
  );

  it.each(['$room', '$$NOW', '$', '{"$ne":null}', 'null', 'undefined', ' ', '<b>&amp;</b>', '👩‍👩‍👧 é\u0301', 'two\nlines'])('is stored as it was written: %j', async (text) => {
    const fields = { message: text, username: text, email: text, phone_num: text, display_image: text, to_message: text, chat_type: text, mediaUrl: text };
    expect(await sentMessage(fields)).toMatchObject(fields);
    expect((await calls.history(room._id))[0]).toMatchObject(fields);
    expect((await calls.users(room._id))[0]).toMatchObject({ username: text, email: text, phone_num: text, display_image: text });
  });

  it('may be a number, and is text then', async () => {
    expect(await sentMessage({ message: 12.5, phone_num: 919876543210, username: 7 })).toMatchObject({ message: '12.5', phone_num: '919876543210', username: '7' });
  });

  it('has the id, the dates and the ids that the service gives it, whatever was sent', async () => {
    const faked = { _id: String(newId()), room: String(newId()), seq: 99, __v: 9, created_date: '2001-01-01T00:00:00.000Z', updated_date: '2001-01-01T00:00:00.000Z' };
    const ids = { to_id: 'x', from_id: 'x', from_user_id: 'x', auth_user_id: 'x', room_name: 'x', vendor_id: 'x', vendor_user_id: 'x', order_user_id: 'x', order_vendor_id: 'x' };
    const message = await sentMessage({ ...faked, ...ids, unknown: { deep: ['$x'] }, participants: [], $where: '1' });
    expect(message).toMatchObject({ room: String(room._id), seq: 1, __v: 0, auth_user_id: '141', to_id: '7', from_id: '1', from_user_id: '141', room_name: room.room_name, vendor_id: '7' });
    expect(message._id).not.toBe(faked._id);
    expect(Date.parse(String(message.created_date))).toBeGreaterThan(Date.now() - 60_000);
    for (const field of ['updated_date', 'unknown', 'participants', '$where']) expect(message).not.toHaveProperty(field);
  });

  it('of 10,000 characters is stored whole, as JSON and as a form, and one more is refused', async () => {
    const longest = 'é€'.repeat(5_000);
    expect((await sentMessage({ message: longest })).message).toBe(longest);
    const form = new URLSearchParams({ room_id: String(room._id), user_type: 'agent', message: longest }).toString();
    expect((await calls.post('/api/chat/sendMessageJoin', form).expect(200)).body.chatData.message).toBe(longest);
    room = await aRoom(service, tenant);
    await expectRefused({ message: `${longest}x` }, /message.*10000/);
  });
});

describe('A sender by HTTP', () => {
  const idsAfter = async (...senders: object[]): Promise<unknown[][]> => {
    for (const sender of senders) await calls.send(room._id, sender).expect(200);
    return (await calls.users(room._id)).map(({ user_type, user_id, auth_user_id }) => [user_type, user_id, auth_user_id]);
  };

  it.each<[string, object[], unknown[][]]>([
    ['of a shop, whoever of its staff writes', [{ user_type: 'vendor', user_id: 90 }, { user_type: 'vendor', user_id: '91' }], [['vendor', '7', '90']]],
    ['of a panel, by its address', [{ user_type: 'admin', user_id: 1, email: 'a@x' }, { user_type: 'admin', user_id: 2, email: 'a@x' }], [['admin', '1', '1']]],
    ['of a panel, by another address', [{ user_type: 'admin', user_id: 1, email: 'a@x' }, { user_type: 'admin', user_id: 1, email: 'b@x' }], [['admin', '1', '1'], ['admin', '1', '1']]],
    ['of a panel without an address, by id', [{ user_type: 'admin', user_id: 1 }, { user_type: 'admin', user_id: 2, email: null }, { user_type: 'admin', user_id: '1', email: '' }], [['admin', '1', '1'], ['admin', '2', '2']]],
    ['of a panel with an address that is none, by id', [{ user_type: 'admin', user_id: 1, email: 'undefined' }, { user_type: 'admin', user_id: 2, email: 'undefined' }, { user_type: 'admin', user_id: 2, email: 'null' }], [['admin', '1', '1'], ['admin', '2', '2']]],
    ['by number or text', [{ user_type: 'user', user_id: 1 }, { user_type: 'user', user_id: '1' }], [['user', '1', '1']]],
    ['by kind and id together', [{ user_type: 'user', user_id: 1 }, { user_type: 'agent', user_id: 1 }, { user_type: 'user', user_id: 2 }], [['user', '1', '1'], ['agent', '1', '1'], ['user', '2', '2']]],
    ['by id, whatever else has changed', [{ user_type: 'user', user_id: 1, email: 'a@x', username: 'A' }, { user_type: 'user', user_id: 1, email: 'b@x' }], [['user', '1', '1']]],
  ])('is known again %s', async (_how, senders, expected) => {
    expect(await idsAfter(...senders)).toEqual(expected);
  });

  it('in a peer chat is one participant on each side', async () => {
    room = await aRoom(service, tenant, { type: 'user_to_user', room_name: `p2p-${String(newId())}`, p2p_id: '15', vendor_id: '15', order_user_id: '8', vendor_user_id: '8' });
    const [buyer, seller] = [{ user_type: 'user', user_id: 8 }, { user_type: 'user', user_id: 77 }];
    expect(await idsAfter(buyer, seller, buyer, seller)).toEqual([['user', '8', '8'], ['user', '77', '77']]);
    expect((await calls.history(room._id)).map(({ auth_user_id, to_id, from_id }) => [auth_user_id, to_id, from_id])).toEqual([['8', '15', '8'], ['77', '15', '8'], ['8', '15', '8'], ['77', '15', '8']]);
  });

  it('joins with what was sent, and is changed by no later message', async () => {
    const profile = { email: 'u@example.com', username: 'U', phone_num: null, display_image: null, sub_domain: '192.168.101.88' };
    await calls.send(room._id, { user_type: 'user', user_id: 1, ...profile }).expect(200);
    const joined = {
      ...profile,
      ...{ _id: expect.stringMatching(/^[0-9a-f]{24}$/), status: true, room_id: String(room._id), user_type: 'user', user_id: '1', auth_user_id: '1' },
      ...{ room_name: room.room_name, vendor_id: '7', vendor_user_id: '141', order_user_id: '1', order_vendor_id: '9' },
      ...{ created_date: expect.stringMatching(DATE), updated_date: expect.stringMatching(DATE), __v: 0 },
    };
    const before = await calls.users(room._id);
    expect(before).toEqual([joined]);
    await calls.send(room._id, { user_type: 'user', user_id: 1, username: 'new', phone_num: '+1' }).expect(200);
    expect(await calls.users(room._id)).toEqual(before);
  });
});

describe('The list of a room', () => {
  const list = async (): Promise<Record<string, unknown>[]> =>
    (await calls.post('/api/room/fetchRoomByUserAgent', { agent_id: 141, type: 'agent_to_user', agent_db: tenant.key }).expect(200)).body.roomData;

  it('shows its newest message without seq, and the room moved to the top by it', async () => {
    const newer = await aRoom(service, tenant);
    expect((await list())[0]).toMatchObject({ _id: String(newer._id) });
    for (const message of ['one', 'two']) {
      const { seq, ...preview } = await sentMessage({ message });
      const [top] = await list();
      expect(seq).toEqual(expect.any(Number));
      expect(top).toMatchObject({ _id: String(room._id), updated_date: (await calls.room(room._id)).updated_date });
      expect(top?.chat_Data).toEqual([preview]);
      expect(top?.user_Data).toEqual(await calls.users(room._id));
    }
  });

  it('shows no room moved backwards by a message, whatever the clock says', async () => {
    const future = new Date(Date.now() + 3_600_000);
    const ahead = aStoredRoom(tenant.key, { updated_date: future });
    await storeRooms(service, tenant, [ahead]);
    const { body } = await calls.send(ahead._id).expect(200);
    expect([body.roomData.updated_date, (await calls.room(ahead._id)).updated_date]).toEqual([future.toISOString(), future.toISOString()]);
    expect(body.chatData.created_date).toBe(future.toISOString());
  });
});

describe('sendMessageJoin refuses', () => {
  it.each(['message', 'user_type', 'to_message', 'from_message', 'user_id', 'email', 'username', 'phone_num', 'display_image', 'sub_domain', 'chat_type', 'is_media', 'mediaUrl', 'thumbnailUrl', 'mediaType'])(
    'an object or a list for %s, by name',
    async (field) => {
      for (const value of [{ $ne: null }, ['a'], {}, []]) await expectRefused({ [field]: value }, new RegExp(field));
    },
  );

  it.each<[object]>([[{ user_type: undefined }], [{ user_type: null }], [{ user_type: '' }], [{ user_type: 'undefined' }], [{ is_media: 2 }], [{ is_media: 'yes' }], [{ username: 'x'.repeat(1_001) }], [{ phone_num: 'x'.repeat(201) }]])(
    '%j',
    async (fields) => {
      await expectRefused(fields, new RegExp(Object.keys(fields)[0]!));
    },
  );

  it.each<[unknown]>([[undefined], [null], [''], ['salesdemo'], [52788594], ['641d731dee3408c461095a2'], ['641d731dee3408c461095a2bb'], [{ $gt: '' }], [['641d731dee3408c461095a2b']], [' 641d731dee3408c461095a2b']])(
    '%j for a room_id',
    async (id) => {
      const { body } = await calls.send(room._id, { room_id: id }).expect(400);
      expect(body).toEqual({ status: false, statusCode: 400, error: 'VALIDATION_FAILED', message: expect.stringContaining('room_id'), chatData: {} });
    },
  );

  it('an unknown room as 404, and stores nobody', async () => {
    const { body } = await calls.send(newId()).expect(404);
    expect(body).toEqual({ status: false, statusCode: 404, error: 'ROOM_NOT_FOUND', message: 'No room found!', chatData: {} });
  });

  it('what the service cannot read, with the same empty chatData', async () => {
    const refused = (statusCode: number, error: string): object => ({ status: false, statusCode, error, message: expect.stringMatching(/\S/), chatData: {} });
    const path = '/api/chat/sendMessageJoin';
    expect((await calls.post(path, '{"room_id":').type('json').expect(400)).body).toEqual(refused(400, 'VALIDATION_FAILED'));
    expect((await calls.post(path, '[1]').type('json').expect(400)).body).toEqual(refused(400, 'VALIDATION_FAILED'));
    expect((await calls.post(path).expect(400)).body).toEqual(refused(400, 'VALIDATION_FAILED'));
    expect((await calls.send(room._id, { message: 'x'.repeat(110_000) }).expect(413)).body).toEqual(refused(413, 'BODY_TOO_LARGE'));
    expect((await calls.post(path, '<a/>').type('xml').expect(415)).body).toEqual(refused(415, 'CONTENT_TYPE_UNSUPPORTED'));
  });

  it('another deployment, a closed one, a suspended one and none at all, with the same empty chatData', async () => {
    const refused = (statusCode: number, error: string): object => ({ status: false, statusCode, error, message: expect.stringMatching(/\S/), chatData: {} });
    const [closed, suspended] = [await newTenant(service, { auth: { http: 'required', sockets: 'required' } }), await newTenant(service, { status: 'suspended' })];
    const to = (key: string): Calls => new Calls(service, { key });
    expect((await to('nobody').send(room._id).expect(404)).body).toEqual(refused(404, 'TENANT_UNKNOWN'));
    expect((await to(closed.key).send(room._id).expect(403)).body).toEqual(refused(403, 'CREDENTIAL_REFUSED'));
    expect((await to(suspended.key).send(room._id).expect(403)).body).toEqual(refused(403, 'TENANT_SUSPENDED'));
    expect((await calls.send(room._id, { db_name: closed.key }).expect(403)).body).toEqual(refused(403, 'TENANT_MISMATCH'));
    expect(await calls.history(room._id)).toEqual([]);
  });
});

describe('A room with PARTICIPANT_LIMIT participants, by HTTP', () => {
  let small: TestApp;
  beforeAll(async () => {
    small = await startApp({ PARTICIPANT_LIMIT: '2', MESSAGE_LIMIT: '20', CONTROL_DATABASE: service.config.mongo.controlDatabase });
  });
  afterAll(() => small.close());

  it('refuses whoever is new as ROOM_FULL, and takes messages of those inside', async () => {
    const full = new Calls(small, tenant);
    for (const id of upTo(2)) await full.send(room._id, { user_type: 'user', user_id: id }).expect(200);
    const { body } = await full.send(room._id, { user_type: 'user', user_id: 3 }).expect(409);
    expect(body).toEqual({ status: false, statusCode: 409, error: 'ROOM_FULL', message: expect.stringMatching(/participants/), chatData: {} });
    const join = await full.post('/api/chat/joinRoomByID', { room_id: room._id, user_type: 'user', user_id: 3 }).expect(409);
    expect(join.body).toMatchObject({ status: false, statusCode: 409, error: 'ROOM_FULL' });
    expect((await full.send(room._id, { user_type: 'user', user_id: 1 }).expect(200)).body.chatData.seq).toBe(3);
    expect((await full.users(room._id)).map(({ user_id }) => user_id)).toEqual(['1', '2']);
  });

  it('and another MESSAGE_LIMIT, takes messages up to that', async () => {
    const short = new Calls(small, tenant);
    await short.send(room._id, { message: 'x'.repeat(20) }).expect(200);
    expect((await short.send(room._id, { message: 'x'.repeat(21) }).expect(400)).body.message).toMatch(/20 characters/);
  });
});
