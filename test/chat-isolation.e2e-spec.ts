import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { Calls } from './support/calls.js';
import { dropAll, newTenant } from './support/tenants.js';

const ROOM = { room_id: '1', room_name: 'OrderNo-1-orderId-1-oderVendor-7-agentId-141', type: 'agent_to_user', agent_id: '141', vendor_id: '7', vendor_user_id: '141', order_user_id: '1', order_vendor_id: '9', client_id: '1' };
const SENDERS = [
  { user_type: 'agent', user_id: 141 },
  { user_type: 'user', user_id: 1 },
  { user_type: 'vendor', user_id: 9 },
  { user_type: 'admin', user_id: 1, email: 'admin@example.com' },
];
const PLACE = { agent_id: 141, order_id: 1, lng: '0' };

/** A deployment with the same room as the other, and its own mark on whatever is said there. */
interface Deployment {
  readonly mark: string;
  readonly calls: Calls;
  readonly room: string;
  readonly tenant: Tenant;
}

let service: TestApp;
let one: Deployment;
let two: Deployment;
let empty: Calls;

async function deploy(mark: string): Promise<Deployment> {
  const tenant = await newTenant(service, { sub_domains: [`${mark}.example.com`], settings: { default_image: `https://${mark}/default.png` } });
  const calls = new Calls(service, tenant);
  const { body } = await calls.post('/api/room/createRoom', { ...ROOM, agent_db: 'shared', db_name: 'shared' }).expect(200);
  expect(body.message).toBe('created sucessfully!');
  return { mark, calls, tenant, room: body.roomData._id };
}

beforeAll(async () => {
  service = await startApp();
  [one, two] = [await deploy('one'), await deploy('two')];
  empty = new Calls(service, await newTenant(service));
  const both = SENDERS.flatMap((sender) => [1, 2, 3].flatMap((time) => [one, two].map(({ calls, room, mark }) => calls.send(room, { ...sender, username: mark, message: `${mark} ${time}` }))));
  const joins = [one, two].map(({ calls, room, mark }) => calls.post('/api/chat/joinRoomByID', { room_id: room, user_type: 'user', user_id: 2, username: mark }));
  const places = [one, two].map(({ calls, mark }) => calls.post('/api/agent/saveAgentLocation', { ...PLACE, lat: mark }));
  const answers = await Promise.all([...both, ...joins, ...places]);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});

const texts = (all: readonly Record<string, unknown>[], field: string): Set<unknown> => new Set(all.map((each) => each[field]));

describe('Of two deployments with the same rooms and people, written to at once', () => {
  it('each has its own messages only, in the places 1 to n', async () => {
    for (const { calls, room, mark } of [one, two]) {
      const history = await calls.history(room);
      expect(history.map(({ seq }) => seq)).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
      expect(history.map(({ message }) => String(message)).sort()).toEqual(SENDERS.flatMap(() => [1, 2, 3].map((time) => `${mark} ${time}`)).sort());
      expect([texts(history, 'room'), texts(history, 'username'), texts(history, 'display_image')]).toEqual([new Set([room]), new Set([mark]), new Set([`https://${mark}/default.png`])]);
    }
  });

  it('each has its own participants only, every one once', async () => {
    const ids: unknown[] = [];
    for (const { calls, room, mark } of [one, two]) {
      const users = await calls.users(room);
      expect(users.map(({ user_type, auth_user_id }) => `${String(user_type)} ${String(auth_user_id)}`).sort()).toEqual(['admin 1', 'agent 141', 'user 1', 'user 2', 'vendor 9']);
      expect([texts(users, 'room_id'), texts(users, 'username')]).toEqual([new Set([room]), new Set([mark])]);
      ids.push(...users.map(({ _id }) => _id));
    }
    expect(new Set(ids).size).toBe(10);
  });

  it('each has its own agent’s place', async () => {
    for (const { calls, mark } of [one, two]) expect((await calls.get('/api/agent/getAgentLocation?agent_id=141&order_id=1').expect(200)).body.data.lat).toBe(mark);
    await empty.get('/api/agent/getAgentLocation?agent_id=141&order_id=1').expect(404);
  });

  it('each shows its own room, people and newest message in its list', async () => {
    for (const { calls, room, mark } of [one, two]) {
      const { body } = await calls.post('/api/room/fetchRoomByUserAgent', { agent_db: 'shared', agent_id: 141, type: 'agent_to_user' }).expect(200);
      expect(body.roomData).toHaveLength(1);
      expect(body.roomData[0]).toMatchObject({ _id: room, chat_Data: [{ username: mark }] });
      expect([body.roomData[0].user_Data, body.roomData[0].chat_Data[0].room]).toEqual([await calls.users(room), room]);
    }
  });
});

describe('A room of one deployment under the path of another', () => {
  const noRoom = (emptyData: object = {}): object => ({ status: false, statusCode: 404, error: 'ROOM_NOT_FOUND', message: 'No room found!', ...emptyData });

  it('is unknown to every call, and nothing of it changes', async () => {
    for (const [asked, { calls, room }] of [[two.calls, one], [one.calls, two], [empty, one]] as const) {
      const before = [await calls.room(room), await calls.users(room), await calls.history(room)];
      const message = String((before[2] as Record<string, unknown>[])[3]?._id);
      expect((await asked.send(room).expect(404)).body).toEqual(noRoom({ chatData: {} }));
      for (const query of ['', '?limit=1', '?after_seq=0', `?before=${message}`]) expect((await asked.get(`/api/chat/${room}${query}`).expect(404)).body).toEqual(noRoom());
      expect((await asked.get(`/api/chat/getRoomUser/${room}`).expect(404)).body).toEqual(noRoom({ userData: [] }));
      expect((await asked.post('/api/chat/joinRoomByID', { room_id: room, user_type: 'user', user_id: 3 }).expect(404)).body).toEqual(noRoom());
      expect([await calls.room(room), await calls.users(room), await calls.history(room)]).toEqual(before);
    }
  });

  it('is unknown also with a header, a sub-domain or a host of its own deployment', async () => {
    const { room, tenant } = one;
    await two.calls.send(room).set('client', tenant.key).expect(404);
    await two.calls.send(room, { sub_domain: 'one.example.com' }).expect(404);
    await two.calls.get(`/api/chat/${room}`).set('host', 'one.example.com').expect(404);
    await two.calls.get(`/api/chat/getRoomUser/${room}`).set({ client: tenant.key, host: 'one.example.com' }).expect(404);
  });

  it('is refused where the body names its own deployment', async () => {
    for (const field of ['agent_db', 'db_name']) {
      const { body } = await two.calls.send(one.room, { [field]: one.tenant.key }).expect(403);
      expect(body).toMatchObject({ error: 'TENANT_MISMATCH', chatData: {} });
    }
  });

  it('gives no message of it for before', async () => {
    const [message] = await one.calls.history(one.room, '?limit=1');
    await two.calls.get(`/api/chat/${two.room}?before=${String(message?._id)}`).expect(400);
  });
});

describe('A call that names no deployment', () => {
  it('is refused by every route of a chat, with its empty data', async () => {
    const refused = (emptyData: object = {}): object => ({ status: false, statusCode: 400, error: 'TENANT_REQUIRED', message: expect.stringMatching(/\S/), ...emptyData });
    const bare = (path: string): string => `${service.url}${path}`;
    const json = async (answer: Response): Promise<[number, unknown]> => [answer.status, await answer.json()];
    const post = (path: string, body: object): Promise<Response> => fetch(bare(path), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    expect(await json(await post('/api/chat/sendMessageJoin', { room_id: one.room, user_type: 'user' }))).toEqual([400, refused({ chatData: {} })]);
    expect(await json(await post('/api/chat/joinRoomByID', { room_id: one.room, user_type: 'user' }))).toEqual([400, refused()]);
    expect(await json(await post('/api/agent/saveAgentLocation', { ...PLACE, lat: '1' }))).toEqual([400, refused()]);
    expect(await json(await fetch(bare(`/api/chat/${one.room}`)))).toEqual([400, refused()]);
    expect(await json(await fetch(bare(`/api/chat/getRoomUser/${one.room}`)))).toEqual([400, refused({ userData: [] })]);
    expect(await json(await fetch(bare('/api/agent/getAgentLocation?agent_id=141&order_id=1')))).toEqual([400, refused()]);
  });

  it('is answered by weak hints: the client header or a sub-domain', async () => {
    const { room, tenant } = one;
    const call = (headers: Record<string, string>): Promise<Response> => fetch(`${service.url}/api/chat/${room}`, { headers });
    expect((await call({ client: tenant.key })).status).toBe(200);
    expect((await call({ client: two.tenant.key })).status).toBe(404);
    const sent = await fetch(`${service.url}/api/chat/sendMessageJoin`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ room_id: room, user_type: 'user', user_id: 1, message: 'by sub-domain', sub_domain: 'one.example.com' }) });
    expect(sent.status).toBe(200);
  });
});
