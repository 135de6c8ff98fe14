import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { Listener } from './support/listener.js';
import { changeSettings, newGuardedTenant, personCalls, tokenOf } from './support/persons.js';
import { dropAll, newTenant } from './support/tenants.js';

const MASKING = { agent: { user: ['phone_num', 'email'] }, user: { agent: ['phone_num'] } };
const CUSTOMER = { user_type: 'user', user_id: '1', username: 'Jane', phone_num: '+15550123456', email: 'jane@example.com' };
const DRIVER = { user_type: 'agent', user_id: '141', username: 'goutav', phone_num: '+15550654321', email: 'goutav@example.com' };
const SECRETS = /15550123456|jane@example/;

const soon = <T>(check: () => T | Promise<T>): Promise<T> => eventually(check, { within: 10_000 });

let service: TestApp;

beforeAll(async () => {
  service = await startApp();
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});

/** A room in which customer and driver have written, the customer last. */
async function aChat(tenant: Tenant): Promise<Room> {
  const room = await aRoom(service, tenant);
  await aMessage(service, tenant, room._id, { message: 'driver', sender: DRIVER });
  await aMessage(service, tenant, room._id, { message: 'customer', sender: CUSTOMER });
  return room;
}

const agentList = (tenant: Tenant): object => ({ agent_id: 141, agent_db: tenant.names[0], type: 'agent_to_user' });
const phones = (people: readonly Record<string, unknown>[]): unknown[] => people.map(({ user_type, phone_num }) => `${String(user_type)} ${String(phone_num)}`);

describe('Phone and e-mail', () => {
  it('are shown by role in lists, history, participants and answers, one view never served to another role', async () => {
    const tenant = await newGuardedTenant(service, { masking: MASKING });
    const room = await aChat(tenant);
    const agent = await personCalls(service, tenant, 'agent', '141');
    const user = await personCalls(service, tenant, 'user', '1');
    const admin = await personCalls(service, tenant, 'admin', '5');
    const seen = new Map([
      [agent, ['agent +15550654321', 'user +*********56']],
      [user, ['agent +*********21', 'user +15550123456']],
      [admin, ['agent +15550654321', 'user +15550123456']],
    ]);
    for (const round of [1, 2, 3]) {
      for (const [calls, expected] of round === 2 ? [...seen].reverse() : seen) {
        const list = calls === user ? { order_user_id: 1, db_name: tenant.names[0], type: 'agent_to_user' } : agentList(tenant);
        const { body } = await calls.post(`/api/room/${calls === user ? 'fetchRoomByUserId' : 'fetchRoomByUserAgent'}`, list).expect(200);
        expect(phones(body.roomData[0].user_Data)).toEqual(expected);
        expect(phones(body.roomData[0].chat_Data)).toEqual(expected.slice(1));
        expect(phones(await calls.history(room._id))).toEqual(expected);
        expect(phones(await calls.users(room._id))).toEqual(expected);
      }
    }
    const answers = [await agent.history(room._id), await agent.users(room._id), (await agent.post('/api/room/fetchRoomByUserAgent', agentList(tenant))).body];
    expect(JSON.stringify(answers)).not.toMatch(SECRETS);
    expect(JSON.stringify(answers)).toMatch(/j\*\*\*@example\.com/);
  });

  it('have an ETag for each view, and a 304 only for the own one', async () => {
    const tenant = await newGuardedTenant(service, { masking: MASKING });
    await aChat(tenant);
    const [agent, admin] = [await personCalls(service, tenant, 'agent', '141'), await personCalls(service, tenant, 'admin', '5')];
    const list = (calls: Calls, etag = ''): ReturnType<Calls['post']> => calls.post('/api/room/fetchRoomByUserAgent', agentList(tenant)).set('If-None-Match', etag);
    const [masked, whole] = [(await list(agent)).headers.etag!, (await list(admin)).headers.etag!];
    expect(masked).not.toBe(whole);
    expect([(await list(agent, masked)).status, (await list(admin, whole)).status]).toEqual([304, 304]);
    expect([(await list(agent, whole)).status, (await list(admin, masked)).status]).toEqual([200, 200]);
  });

  it('are masked in events as in answers, in one room together', async () => {
    const tenant = await newGuardedTenant(service, { masking: MASKING });
    const room = await aRoom(service, tenant);
    const open = async (role: 'agent' | 'user' | 'admin', sub: string): Promise<Listener> => Listener.open(`${service.url}/t/${tenant.key}`, { auth: { token: await tokenOf(tenant, role, sub) } });
    const [agent, user, admin] = [await open('agent', '141'), await open('user', '1'), await open('admin', '5')];
    await aMessage(service, tenant, room._id, { message: 'one', sender: CUSTOMER });
    await aMessage(service, tenant, room._id, { message: 'two', sender: CUSTOMER });
    for (const listener of [agent, user, admin]) await soon(() => expect([listener.texts(), listener.texts('new-app-message'), listener.payloads('room-created').length]).toEqual([['one', 'two'], ['one', 'two'], 1]));
    expect(agent.frames.join()).not.toMatch(SECRETS);
    expect(agent.frames.join()).toMatch(/\+\*{9}56/);
    for (const listener of [user, admin]) expect(listener.frames.join()).toMatch(SECRETS);
    for (const listener of [agent, user, admin]) listener.close();
  });

  it('are most masked for who has no credential', async () => {
    const tenant = await newTenant(service, { settings: { masking: MASKING } as object });
    const room = await aChat(tenant);
    const anybody = new Calls(service, tenant);
    const listener = await Listener.open(`${service.url}/t/${tenant.key}`, { release: '2.5.0' });
    const expected = ['agent +*********21', 'user +*********56'];
    expect(phones(await anybody.users(room._id))).toEqual(expected);
    expect(phones(await anybody.history(room._id))).toEqual(expected);
    expect(phones((await anybody.post('/api/room/fetchRoomByUserAgent', agentList(tenant))).body.roomData[0].user_Data)).toEqual(expected);
    const { body } = await anybody.send(room._id, { ...CUSTOMER, message: 'three' }).expect(200);
    expect(body.chatData.phone_num).toBe('+*********56');
    await soon(() => expect(listener.texts()).toEqual(['three']));
    expect(listener.frames.join()).not.toMatch(SECRETS);
    listener.close();
  });

  it('reach whoever hears, also after somebody who hears of nothing came, saw another policy and left', async () => {
    const tenant = await newGuardedTenant(service);
    const room = await aRoom(service, tenant);
    const open = async (role: 'agent' | 'vendor', sub: string): Promise<Listener> => Listener.open(`${service.url}/t/${tenant.key}`, { auth: { token: await tokenOf(tenant, role, sub) } });
    const shopless = await open('vendor', '900');
    await changeSettings(service, tenant, { masking: { vendor: { '*': ['phone_num'] }, agent: { '*': ['phone_num'] } } });
    await soon(() => expect(shopless.disconnects).toHaveLength(1));
    const [again, agent] = [await open('vendor', '900'), await open('agent', '141')];
    await aMessage(service, tenant, room._id, { message: 'one', sender: CUSTOMER });
    await soon(() => expect(agent.texts()).toEqual(['one']));
    again.close();
    await aMessage(service, tenant, room._id, { message: 'two', sender: CUSTOMER });
    await soon(() => expect(agent.texts()).toEqual(['one', 'two']));
    agent.close();
  });

  it('follow a change of the policy at once, in lists and on open sockets', async () => {
    const tenant = await newGuardedTenant(service);
    const room = await aChat(tenant);
    const agent = await personCalls(service, tenant, 'agent', '141');
    const list = async (): Promise<string> => JSON.stringify((await agent.post('/api/room/fetchRoomByUserAgent', agentList(tenant)).expect(200)).body);
    expect(await list()).toMatch(SECRETS);
    const listener = await Listener.open(`${service.url}/t/${tenant.key}`, { auth: { token: await tokenOf(tenant, 'agent', '141') }, reconnects: true });
    await changeSettings(service, tenant, { masking: MASKING });
    expect(await list()).not.toMatch(SECRETS);
    await soon(() => expect(listener.disconnects).toHaveLength(1));
    await soon(() => expect(listener.socket.connected).toBe(true));
    await aMessage(service, tenant, room._id, { message: 'after', sender: CUSTOMER });
    await soon(() => expect(listener.texts()).toEqual(['after']));
    expect(listener.frames.join()).not.toMatch(SECRETS);
    await changeSettings(service, tenant, { masking: null });
    expect(await list()).toMatch(SECRETS);
    listener.close();
  });
});

describe('escape_html', () => {
  const MARKUP = '<img src=x onerror=alert(1)>';

  it('escapes stored text in every answer and event, and stores it as it was sent', async () => {
    const tenant = await newTenant(service, { settings: { escape_html: true } });
    const calls = new Calls(service, tenant);
    const listener = await Listener.open(`${service.url}/t/${tenant.key}`);
    const made = await calls.post('/api/room/createRoom', { room_name: MARKUP, type: 'agent_to_user', agent_id: 141, agent_db: tenant.key, vendor_name: MARKUP }).expect(200);
    const id = String(made.body.roomData._id);
    const sent = await calls.send(id, { message: MARKUP, username: MARKUP, mediaUrl: 'https://x.example/a.png?a=1&b=2' }).expect(200);
    const place = await calls.post('/api/agent/saveAgentLocation', { agent_id: 141, order_id: 1, lat: MARKUP, lng: '1', status: MARKUP }).expect(200);
    const joined = await calls.post('/api/chat/joinRoomByID', { room_id: id, user_type: 'user', user_id: 1, username: MARKUP }).expect(200);
    await soon(() => expect(listener.texts()).toEqual(['&lt;img src=x onerror=alert(1)&gt;']));
    await soon(() => expect(listener.payloads('agent-location-141')).toHaveLength(1));
    const answers = [made.body, sent.body, joined.body, place.body, (await calls.get('/api/agent/getAgentLocation?agent_id=141&order_id=1')).body, await calls.room(id), await calls.history(id), await calls.users(id), (await calls.post('/api/room/fetchRoomByUserAgent', agentList(tenant))).body, (await calls.post('/api/room/fetchRoomByClient', { db_name: 'x', type: 'agent_to_user' })).body];
    expect(JSON.stringify(answers) + listener.frames.join()).not.toContain('<');
    expect(sent.body.chatData.mediaUrl).toBe('https://x.example/a.png?a=1&b=2');
    await changeSettings(service, tenant, { escape_html: false });
    expect((await calls.history(id))[0]).toMatchObject({ message: MARKUP, username: MARKUP });
    expect((await calls.room(id)).room_name).toBe(MARKUP);
    listener.close();
  });
});
