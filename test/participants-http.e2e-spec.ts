import { newId } from '../src/mongo/index.js';
import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom, aStoredRoom, storeRooms } from './support/build.js';
import { Calls } from './support/calls.js';
import { dropAll, newTenant } from './support/tenants.js';

const JOIN = '/api/chat/joinRoomByID';
const ID = /^[0-9a-f]{24}$/;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let service: TestApp;
let tenant: Tenant;
let calls: Calls;
let room: Room;

beforeAll(async () => {
  service = await startApp();
  tenant = await newTenant(service, { settings: { default_image: 'https://images.example.com/default.png' } });
  calls = new Calls(service, tenant);
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});
beforeEach(async () => {
  room = await aRoom(service, tenant);
});

const join = async (fields: object): Promise<{ status: boolean; message: string; RoomUser: Record<string, unknown>; roomData: Record<string, unknown> }> =>
  (await calls.post(JOIN, { room_id: room._id, user_type: 'admin', user_id: 1, ...fields }).expect(200)).body;

describe('GET /api/chat/getRoomUser/:roomId', () => {
  const usersOf = (id: unknown) => calls.get(`/api/chat/getRoomUser/${String(id)}`);

  it('answers nobody yet for a new room as success without success', async () => {
    expect((await usersOf(room._id).expect(200)).body).toEqual({ userData: {}, status: false, statusCode: 200, message: 'No user found!' });
  });

  it('answers everybody in order of joining, by message or by join', async () => {
    await calls.send(room._id, { user_type: 'user', user_id: 5 }).expect(200);
    await join({ user_id: 6 });
    await calls.send(room._id, { user_type: 'vendor', user_id: 7 }).expect(200);
    const { body } = await usersOf(room._id).expect(200);
    expect(body).toEqual({ userData: expect.any(Array), status: true, statusCode: 200, message: 'User Found!' });
    expect((body.userData as Record<string, unknown>[]).map((user) => [user.user_type, user.auth_user_id, user.room_id])).toEqual([
      ['user', '5', String(room._id)],
      ['admin', '6', String(room._id)],
      ['vendor', '7', String(room._id)],
    ]);
  });

  it('leaves out of an older participant what it does not have', async () => {
    const dates = { created_date: new Date('2023-03-24T09:53:37.467Z'), updated_date: new Date('2023-03-24T09:53:37.467Z') };
    const old = aStoredRoom(tenant.key);
    const participant = { _id: newId(), status: true, room_id: old._id, user_type: 'agent', phone_num: null, room_name: old.room_name, ...dates, __v: 0 };
    await storeRooms(service, tenant, [{ ...old, participants: [participant] }]);
    const [user] = await calls.users(old._id);
    expect(user).toEqual({
      ...{ _id: String(participant._id), status: true, room_id: String(old._id), user_type: 'agent', phone_num: null, room_name: old.room_name },
      ...{ created_date: '2023-03-24T09:53:37.467Z', updated_date: '2023-03-24T09:53:37.467Z', __v: 0 },
    });
  });

  it('answers an unknown room as 404 and what is no id as 400, with an empty userData', async () => {
    expect((await usersOf(newId()).expect(404)).body).toEqual({ status: false, statusCode: 404, error: 'ROOM_NOT_FOUND', message: 'No room found!', userData: [] });
    for (const id of ['52788594', 'undefined', 'null', '%7B%7D', `${String(room._id)}x`]) {
      expect((await usersOf(id).expect(400)).body).toEqual({ status: false, statusCode: 400, error: 'VALIDATION_FAILED', message: expect.stringContaining('roomId'), userData: [] });
    }
  });
});

describe('POST /api/chat/joinRoomByID', () => {
  const PROFILE = { email: 'admin@example.com', phone_num: '+null 0000000000' };
  const shared = (): object => ({ room_name: room.room_name, vendor_id: '7', vendor_user_id: '141', order_user_id: '1', order_vendor_id: '9' });

  it.each([
    ['display_image and username', { display_image: 'https://i', username: 'John Doe' }],
    ['dipslay_image and user_name', { dipslay_image: 'https://i', user_name: 'John Doe' }],
    ['both spellings, the right ones', { dipslay_image: 'https://no', user_name: 'no', display_image: 'https://i', username: 'John Doe' }],
  ])('takes %s', async (_spelling, fields) => {
    const { body } = await calls.post(JOIN, { room_id: room._id, user_type: 'admin', type: 'agent-to-user', user_id: 1, ...PROFILE, ...fields }).expect(200);
    expect(body).toEqual({
      roomData: { ...(await calls.room(room._id)) },
      RoomUser: {
        ...PROFILE,
        ...shared(),
        ...{ _id: expect.stringMatching(ID), status: true, room_id: String(room._id), user_type: 'admin', user_id: '1', auth_user_id: '1' },
        ...{ username: 'John Doe', display_image: 'https://i', created_date: expect.stringMatching(DATE), updated_date: expect.stringMatching(DATE), __v: 0 },
      },
      ...{ status: false, statusCode: 200, message: 'joined sucessfully!' },
    });
    expect(await calls.users(room._id)).toEqual([body.RoomUser]);
  });

  it('knows somebody again, changes nothing of them, and says so', async () => {
    const first = await join({ ...PROFILE, username: 'first' });
    const again = await join({ ...PROFILE, user_id: 2, username: 'second' });
    expect(again).toEqual({ ...first, status: true, message: 'already exist!' });
    expect(await calls.users(room._id)).toEqual([first.RoomUser]);
  });

  it.each<[string, object, object, number]>([
    ['a shop by its shop', { user_type: 'vendor', user_id: 90 }, { user_type: 'vendor', user_id: 91 }, 1],
    ['a panel by its address', { user_id: 1, email: 'a@x' }, { user_id: 2, email: 'a@x' }, 1],
    ['a panel without one by id', { user_id: 1, email: '' }, { user_id: 2, email: '' }, 2],
    ['anybody else by kind and id', { user_type: 'user', user_id: 1 }, { user_type: 'user', user_id: '1' }, 1],
    ['another kind as somebody else', { user_type: 'user', user_id: 1 }, { user_type: 'agent', user_id: 1 }, 2],
  ])('knows %s', async (_who, first, second, people) => {
    await join(first);
    const { status } = await join(second);
    expect([status, (await calls.users(room._id)).length]).toEqual([people === 1, people]);
  });

  it('knows somebody whose texts UTF-8 cannot write, as those that have U+FFFD there', async () => {
    const first = await join({ user_type: 'user\ud800', user_id: '\udc00 1' });
    expect([first.status, first.RoomUser.user_type, first.RoomUser.auth_user_id]).toEqual([false, 'user\ufffd', '\ufffd 1']);
    expect(await join({ user_type: 'user\ud800', user_id: '\udc00 1' })).toEqual({ ...first, status: true, message: 'already exist!' });
    expect((await join({ user_type: 'user', user_id: '👍' })).RoomUser.user_id).toBe('👍');
  });

  it('moves the room when somebody new joins, and only then, and adds no message', async () => {
    const newer = await aRoom(service, tenant, { agent_id: 'joined' });
    const older = await aRoom(service, tenant, { agent_id: 'joined' });
    await calls.post(JOIN, { room_id: newer._id, user_type: 'agent', user_id: 1 }).expect(200);
    const list = async (): Promise<Record<string, unknown>[]> =>
      (await calls.post('/api/room/fetchRoomByUserAgent', { agent_id: 'joined', type: 'agent_to_user', agent_db: tenant.key }).expect(200)).body.roomData;
    const moved = await list();
    expect(moved.map(({ _id, chat_Data }) => [_id, chat_Data])).toEqual([[String(newer._id), []], [String(older._id), []]]);
    await calls.post(JOIN, { room_id: newer._id, user_type: 'agent', user_id: 1 }).expect(200);
    expect(await list()).toEqual(moved);
    expect(await calls.history(newer._id)).toEqual([]);
  });

  it('is known again by a message, which may be the first', async () => {
    const { RoomUser } = await join({ user_type: 'user', user_id: 5, username: 'U' });
    const { body } = await calls.send(room._id, { user_type: 'user', user_id: '5' }).expect(200);
    expect(body.chatData.seq).toBe(1);
    expect(await calls.users(room._id)).toEqual([RoomUser]);
  });

  it('keeps nulls, leaves out what was left out, and ignores ids and dates of the caller', async () => {
    const faked = { _id: String(newId()), auth_user_id: 'x', created_date: '2001-01-01T00:00:00.000Z', status: false, vendor_id: 'x', room_name: 'x', unknown: [1] };
    const { RoomUser } = await join({ user_type: 'user', email: null, username: null, display_image: null, ...faked });
    expect(RoomUser).toMatchObject({ email: null, username: null, display_image: null, auth_user_id: '1', status: true, ...shared() });
    expect(RoomUser._id).not.toBe(faked._id);
    for (const field of ['phone_num', 'sub_domain', 'unknown']) expect(RoomUser).not.toHaveProperty(field);
    expect(Date.parse(String(RoomUser.created_date))).toBeGreaterThan(Date.now() - 60_000);
  });

  it('refuses what is missing or no text, by name, and stores nobody', async () => {
    const refused: [object, string][] = [
      [{ room_id: undefined }, 'room_id'],
      [{ room_id: '52788594' }, 'room_id'],
      [{ room_id: { $ne: null } }, 'room_id'],
      [{ user_type: undefined }, 'user_type'],
      [{ user_type: '' }, 'user_type'],
      ...['user_type', 'user_id', 'email', 'username', 'user_name', 'phone_num', 'display_image', 'dipslay_image'].flatMap((field): [object, string][] => [[{ [field]: { $gt: '' } }, field], [{ [field]: ['a'] }, field]]),
    ];
    for (const [fields, field] of refused) {
      const { body } = await calls.post(JOIN, { room_id: room._id, user_type: 'user', user_id: 1, ...fields }).expect(400);
      expect(body).toEqual({ status: false, statusCode: 400, error: 'VALIDATION_FAILED', message: expect.stringContaining(field) });
    }
    expect(await calls.users(room._id)).toEqual({});
  });

  it('refuses an unknown room as 404', async () => {
    const { body } = await calls.post(JOIN, { room_id: newId(), user_type: 'user', user_id: 1 }).expect(404);
    expect(body).toEqual({ status: false, statusCode: 404, error: 'ROOM_NOT_FOUND', message: 'No room found!' });
  });
});
