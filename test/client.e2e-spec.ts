import { AnteroomClient, type NewMessage, type NewRoom, type RoomCard, type RoomPage } from '../client/src/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom, aStoredRoom, storeRooms } from './support/build.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(60_000);

const NOBODY = '0123456789abcdef01234567';

let service: TestApp;
let tenant: Tenant;
let client: AnteroomClient;

beforeAll(async () => {
  service = await startApp();
  tenant = await newTenant(service);
  client = new AnteroomClient({ baseUrl: baseOf(tenant) });
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
}, 60_000);

const baseOf = ({ key }: { key: string }): string => `${service.url}/t/${key}`;

async function inOrder<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

describe("A whole order's chat by the client", () => {
  const order = '52788594';
  const names = () => ({ agent_db: tenant.key, db_name: tenant.key, client_id: '1' });
  const room = (): NewRoom => ({
    ...names(),
    room_name: `OrderNo-${order}-orderId-10-oderVendor-7-agentId-141`,
    type: 'agent_to_user',
    room_id: order,
    order_id: '10',
    order_vendor_id: '9',
    vendor_id: '7',
    agent_id: '141',
    order_user_id: '1',
    sub_domain: '192.168.101.88',
  });
  const fromAgent = (roomId: string, message: string): NewMessage => ({
    ...{ room_id: roomId, message, user_type: 'agent', user_id: '141', username: 'goutav', email: '', phone_num: '+0000000000', display_image: null },
    ...{ chat_type: 'agent_to_user', to_message: 'to_user', from_message: 'from_agent' },
  });
  const fromUser = (roomId: string, message: string): NewMessage => ({
    ...{ room_id: roomId, message, user_type: 'user', user_id: 1, username: 'Casey', email: 'casey@example.com' },
    ...{ chat_type: 'agent_to_user', to_message: 'to_agent', from_message: 'from_user' },
  });
  const previews = (rooms: RoomCard[]) => rooms.map(({ room_id, chat_Data }) => [room_id, chat_Data.map(({ message }) => message)]);

  it('meets in one room, whose messages both lists and the panel follow', async () => {
    const agentList = client.rooms.ofAgent({ agent_id: 141, agent_db: tenant.key, type: 'agent-to-user' });
    const userList = client.rooms.ofUser({ order_user_id: 1, db_name: tenant.key, type: 'agent_to_user' });
    const panelList = client.rooms.ofPanel({ db_name: tenant.key, type: 'agent_to_user', client_id: 1 });

    const dispatched = await client.rooms.create({ ...room(), vendor_user_id: '141' });
    const met = await client.rooms.create({ ...room(), vendor_user_id: '1' });
    expect([dispatched.isNew, met.isNew]).toEqual([true, false]);
    expect(met.room).toEqual(dispatched.room);
    expect(met.room.vendor_user_id).toBe('141');
    const { _id } = met.room;
    expect(await client.rooms.participants(_id)).toEqual([]);
    expect(previews(await agentList.all())).toEqual([[order, []]]);

    const asked = await client.messages.send(fromUser(_id, 'Where are you?'));
    expect(asked.message).toMatchObject({ room: _id, message: 'Where are you?', auth_user_id: '1', seq: 1, phone_num: 'N/A' });
    expect(asked.room).toEqual(dispatched.room);
    expect(previews(await agentList.all())).toEqual([[order, ['Where are you?']]]);

    const answered = await client.messages.send(fromAgent(_id, 'I am at the door.'));
    expect(answered.message).toMatchObject({ auth_user_id: '141', seq: 2, phone_num: '+0000000000', display_image: null });
    for (const list of [agentList, userList, panelList]) expect(previews(await list.all())).toEqual([[order, ['I am at the door.']]]);
    const [card] = await panelList.all();
    expect(card!.user_Data.map(({ user_type, username }) => [user_type, username])).toEqual([
      ['user', 'Casey'],
      ['agent', 'goutav'],
    ]);
    expect(card!.user_Data).toEqual(await client.rooms.participants(_id));
    expect(await client.messages.history(_id)).toEqual([asked.message, answered.message]);
  });

  it('is found by the order number that a notification carries, and an issue is raised in it and taken back', async () => {
    const [card] = await client.rooms.ofOrder(order).all();
    await client.rooms.raiseIssue(card!._id);
    expect((await client.rooms.get(card!._id)).isRaiseIssue).toBe(true);
    await client.rooms.raiseIssue(card!._id, false);
    expect((await client.rooms.get(card!._id)).isRaiseIssue).toBe(false);
    expect(await client.rooms.ofOrder('no such order').all()).toEqual([]);
  });

  it('is joined by the panel without a message, once', async () => {
    const [{ _id }] = (await client.rooms.ofOrder(order).all()) as [RoomCard];
    const admin = { room_id: _id, user_type: 'admin', user_id: 3, email: 'admin@example.com', username: 'John Doe' };
    const joined = await client.rooms.join(admin);
    const again = await client.rooms.join(admin);

    expect([joined.isNew, again.isNew, joined.room._id]).toEqual([true, false, _id]);
    expect(joined.participant).toMatchObject({ user_type: 'admin', username: 'John Doe', room_id: _id });
    expect(again.participant).toEqual(joined.participant);
    expect((await client.rooms.participants(_id)).map(({ user_type }) => user_type)).toEqual(['user', 'agent', 'admin']);
  });

  it('tells where the agent is', async () => {
    const place = { agent_id: 141, order_id: 10, lat: '30.7333', lng: '76.7794' };
    const saved = await client.locations.save(place);

    expect(saved).toMatchObject({ ...place, status: 'running', short_code: '' });
    expect(await client.locations.get({ agent_id: 141, order_id: 10 })).toEqual(saved);
  });
});

describe('Each list of the client', () => {
  it('asks for what its name says', async () => {
    const own = await newTenant(service);
    const of = new AnteroomClient({ baseUrl: baseOf(own) });
    const shop = await aRoom(service, own, { type: 'vendor_to_user', vendor_id: '3', order_user_id: '8', client_id: '1' });
    const peer = await aRoom(service, own, { type: 'user_to_user', p2p_id: '15', order_user_id: '8', room_name: 'p2p-1' });
    const type = 'vendor_to_user';
    const ids = async (list: { all(): Promise<{ _id: string }[]> }) => (await list.all()).map(({ _id }) => _id);

    expect(await ids(of.rooms.ofVendors({ vendor_id: ['3', '4'], type }))).toEqual([shop._id.toHexString()]);
    expect(await ids(of.rooms.ofVendors({ vendor_id: [4], type }))).toEqual([]);
    expect(await ids(of.rooms.ofUser({ order_user_id: '8', type }))).toEqual([shop._id.toHexString()]);
    expect(await ids(of.rooms.ofPeer({ p2p_id: 15, type: 'user_to_user' }))).toEqual([peer._id.toHexString()]);
    expect(await ids(of.rooms.ofPeer({ order_user_id: 8, type: 'user-to-user' }))).toEqual([peer._id.toHexString()]);
    expect(await ids(of.rooms.ofPanel({ type }))).toEqual([shop._id.toHexString()]);
    const [alone] = await of.rooms.ofPanelAlone({ type }).all();
    expect(alone).toMatchObject({ _id: shop._id.toHexString(), vendor_id: '3' });
    expect(alone).not.toHaveProperty('chat_Data');
  });
});

describe('The pages of a long list', () => {
  const ROOMS = 250;
  let crowded: Tenant;
  let many: AnteroomClient;
  const list = () => many.rooms.ofAgent({ agent_id: 141, type: 'agent_to_user' });
  const idsOf = (rooms: RoomCard[]): string[] => rooms.map(({ _id }) => _id);

  beforeAll(async () => {
    crowded = await newTenant(service);
    many = new AnteroomClient({ baseUrl: baseOf(crowded) });
    const day = Date.parse('2024-01-01T00:00:00.000Z');
    await storeRooms(service, crowded, Array.from({ length: ROOMS }, (_, at) => aStoredRoom(crowded.key, { updated_date: new Date(day + at) })));
  });

  it('are the list itself in pieces, to the last room', async () => {
    const pages = await inOrder(list().pages({ limit: 120 }));
    const all = await list().all();

    expect(pages.map(({ rooms }) => rooms.length)).toEqual([120, 120, 10]);
    expect(pages.flatMap(({ rooms }) => idsOf(rooms))).toEqual(idsOf(all));
    expect(new Set(idsOf(all)).size).toBe(ROOMS);
    expect(pages.map(({ next_cursor }) => next_cursor === null)).toEqual([false, false, true]);
  });

  it('hold a hundred rooms where nothing is said, and can be left early', async () => {
    const seen: RoomPage<RoomCard>[] = [];
    for await (const page of list().pages()) {
      seen.push(page);
      if (seen.length === 2) break;
    }

    expect(seen.map(({ rooms }) => rooms.length)).toEqual([100, 100]);
  });

  it('go on from a cursor that was kept, and as_of finds what moved meanwhile', async () => {
    const first = await list().page({ limit: 5 });
    const [oldest] = (await list().all()).slice(-1);
    await many.rooms.raiseIssue(oldest!._id);
    const second = await list().page({ limit: 5, cursor: first.next_cursor! });
    const moved = await inOrder(list().pages({ updated_since: first.as_of! }));

    expect(idsOf(second.rooms)).toEqual(idsOf((await list().all()).slice(6, 11)));
    expect(moved.flatMap(({ rooms }) => idsOf(rooms))).toEqual([oldest!._id]);
  });

  it('are one empty page where there is no room', async () => {
    const pages = await inOrder(many.rooms.ofAgent({ agent_id: 'nobody', type: 'agent_to_user' }).pages());

    expect(pages).toEqual([{ rooms: [], next_cursor: null, as_of: expect.any(String) }]);
  });
});

describe("The pages of a room's history", () => {
  let roomId: string;
  const seqs = (pages: { seq: number }[][]): number[][] => pages.map((page) => page.map(({ seq }) => seq));

  beforeAll(async () => {
    roomId = (await aRoom(service, tenant, { agent_id: 'of the history' }))._id.toHexString();
    for (let at = 1; at <= 7; at += 1) await client.messages.send({ room_id: roomId, user_type: 'user', user_id: '1', message: String(at) });
  });

  it('go back in time from the newest message, each oldest first', async () => {
    expect(seqs(await inOrder(client.messages.olderPages(roomId, { limit: 3 })))).toEqual([[5, 6, 7], [2, 3, 4], [1]]);
    expect(seqs(await inOrder(client.messages.olderPages(roomId)))).toEqual([[1, 2, 3, 4, 5, 6, 7]]);
  });

  it('go back from a message that is known', async () => {
    const [, , third] = await client.messages.history(roomId);

    expect(seqs(await inOrder(client.messages.olderPages(roomId, { limit: 1, before: third!._id })))).toEqual([[2], [1]]);
  });

  it('go on from a message that is known, to the newest one', async () => {
    expect(seqs(await inOrder(client.messages.newerPages(roomId, { after_seq: 2, limit: 2 })))).toEqual([[3, 4], [5, 6], [7]]);
    expect(seqs(await inOrder(client.messages.newerPages(roomId, { after_seq: 5, limit: 2 })))).toEqual([[6, 7]]);
    expect(await inOrder(client.messages.newerPages(roomId, { after_seq: 7 }))).toEqual([]);
  });

  it('are parts of what history answers in one', async () => {
    expect((await client.messages.history(roomId, { limit: 2 })).map(({ message }) => message)).toEqual(['6', '7']);
    expect((await client.messages.history(roomId)).map(({ message }) => message)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    await expect(client.messages.history(NOBODY)).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });
  });
});

describe('A base URL', () => {
  it.each(['/', '//', ' '])('may end in "%s"', async (end) => {
    const of = new AnteroomClient({ baseUrl: `${baseOf(tenant)}${end}` });

    expect(await of.rooms.ofOrder('nothing').all()).toEqual([]);
  });

  it('may have doubled slashes within', async () => {
    const of = new AnteroomClient({ baseUrl: `${service.url}//t//${tenant.key}//` });

    expect(await of.rooms.ofOrder('nothing').all()).toEqual([]);
  });

  it('may be an origin alone where the call names its deployment', async () => {
    const of = new AnteroomClient({ baseUrl: `${service.url}/` });

    expect(await of.rooms.ofAgent({ agent_db: tenant.key, agent_id: 'nobody', type: 'agent_to_user' }).all()).toEqual([]);
  });

  it.each(['', 'chat.example.com/t/acme', 'ftp://chat.example.com', 'https://', 'https://user:secret@chat.example.com', 'https://chat.example.com/t/acme?x=1'])(
    'that is "%s" is refused at once',
    (baseUrl) => {
      expect(() => new AnteroomClient({ baseUrl })).toThrow(TypeError);
      expect(() => new AnteroomClient({ baseUrl })).toThrow(/^baseUrl must be/);
    },
  );
});
