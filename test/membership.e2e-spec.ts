import { ANONYMOUS } from '../src/auth/index.js';
import { MessageService } from '../src/message/index.js';
import { newId } from '../src/mongo/index.js';
import { RoomService, type Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import type { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { Listener } from './support/listener.js';
import { newGuardedTenant, personCalls, tokenOf } from './support/persons.js';
import { refusal } from './support/refusal.js';
import { dropAll } from './support/tenants.js';

const LIST = { type: 'agent_to_user', client_id: 1 };
const NOBODY_S = newId().toHexString();

const soon = <T>(check: () => T | Promise<T>): Promise<T> => eventually(check, { within: 10_000 });

let service: TestApp;
let tenant: Tenant;
let mine: Room;
let theirs: Room;
let peer: Room;
let people: Record<'agent' | 'user' | 'vendor' | 'seller' | 'admin', Calls>;

beforeAll(async () => {
  service = await startApp();
  tenant = await newGuardedTenant(service);
  mine = await aRoom(service, tenant, { order_id: '10' });
  theirs = await aRoom(service, tenant, { agent_id: '142', order_user_id: '2', vendor_id: '8', room_name: 'theirs', order_id: '20' });
  peer = await aRoom(service, tenant, { type: 'user_to_user', agent_id: null, order_user_id: '3', vendor_id: null, p2p_id: '70', room_name: 'p2p-1' });
  await aMessage(service, tenant, mine._id, { message: 'of mine' });
  await aMessage(service, tenant, theirs._id, { message: 'of theirs', sender: { user_type: 'user', user_id: '2', username: 'Somebody else' } });
  people = {
    agent: await personCalls(service, tenant, 'agent', '141'),
    user: await personCalls(service, tenant, 'user', '1'),
    vendor: await personCalls(service, tenant, 'vendor', '900', ['7']),
    seller: await personCalls(service, tenant, 'user', '50', ['70']),
    admin: await personCalls(service, tenant, 'admin', '5'),
  };
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});

const stored = ({ _id }: Room): Promise<Room> => service.app.get(RoomService).getById(tenant, ANONYMOUS, _id);
const names = (body: { roomData: { room_name: string }[] }): string[] => body.roomData.map(({ room_name }) => room_name).sort();
const MEMBERS = ['agent', 'user', 'vendor'] as const;

describe('A list', () => {
  it('of oneself is answered', async () => {
    const own = [
      ['agent', 'fetchRoomByUserAgent', { agent_id: 141 }, [mine]],
      ['user', 'fetchRoomByUserId', { order_user_id: '1' }, [mine]],
      ['vendor', 'fetchRoomByVendor', { vendor_id: [7] }, [mine]],
      ['seller', 'fetchRoomByUserIdUserToUser', { type: 'user_to_user', p2p_id: 70 }, [peer]],
      ['seller', 'fetchRoomByUserIdUserToUser', { type: 'user_to_user', p2p_id: 70, order_user_id: 50 }, [peer]],
      ['admin', 'fetchAllRoom', {}, [mine, theirs]],
      ['admin', 'fetchRoomByUserAgent', { agent_id: 142 }, [theirs]],
    ] as const;
    for (const [who, list, match, rooms] of own) {
      const { status, body } = await people[who].post(`/api/room/${list}`, { ...LIST, ...match });
      expect([who, list, status, names(body)]).toEqual([who, list, 200, rooms.map(({ room_name }) => room_name).sort()]);
    }
  });

  it('of somebody else is refused, whatever the body says', async () => {
    const others = [
      ['agent', 'fetchRoomByUserAgent', { agent_id: 142 }],
      ['agent', 'fetchRoomByUserId', { order_user_id: 141 }],
      ['agent', 'fetchRoomByVendor', { vendor_id: 141 }],
      ['agent', 'fetchAllRoom', {}],
      ['agent', 'fetchRoomByClient', {}],
      ['user', 'fetchRoomByUserId', { order_user_id: '2' }],
      ['user', 'fetchRoomByUserAgent', { agent_id: 1 }],
      ['user', 'fetchRoomByUserIdUserToUser', { order_user_id: '1', p2p_id: '70' }],
      ['vendor', 'fetchRoomByVendor', { vendor_id: [7, 8] }],
      ['vendor', 'fetchRoomByVendor', { vendor_id: 8 }],
      ['vendor', 'fetchRoomByUserId', { order_user_id: 900 }],
      ['seller', 'fetchRoomByVendor', { vendor_id: 70 }],
      ['seller', 'fetchAllRoom', {}],
    ] as const;
    for (const [who, list, match] of others) {
      const { status, body } = await people[who].post(`/api/room/${list}`, { ...LIST, ...match });
      expect([who, list, status, body]).toEqual([who, list, 403, refusal(403, 'NOT_ALLOWED', 'own rooms', { roomData: [] })]);
    }
  });

  it('of nobody stays empty: apps show an error for anything else', async () => {
    for (const nobody of [null, '', 'undefined', 'null']) {
      expect((await people.agent.post('/api/room/fetchRoomByUserAgent', { ...LIST, agent_id: nobody }).expect(200)).body.roomData).toEqual([]);
    }
  });

  it('of an order holds the rooms of it that are the caller’s', async () => {
    for (const [room, finders] of [[mine, ['agent', 'user', 'vendor', 'admin']], [theirs, ['admin']], [peer, ['seller', 'admin']]] as const) {
      for (const who of Object.keys(people) as (keyof typeof people)[]) {
        const { body } = await people[who].get(`/api/room?room_id=${String(room.room_id)}`).expect(200);
        expect([who, names(body)]).toEqual([who, (finders as readonly string[]).includes(who) ? [room.room_name] : []]);
      }
    }
  });
});

describe('A room', () => {
  const reads = ['/api/room/ID', '/api/chat/ID', '/api/chat/ID?limit=5', '/api/chat/ID?after_seq=0', '/api/chat/getRoomUser/ID'];

  it('is read by those whose it is', async () => {
    for (const who of [...MEMBERS, 'admin'] as const) {
      for (const read of reads) expect([who, read, (await people[who].get(read.replace('ID', mine._id.toHexString()))).status]).toEqual([who, read, 200]);
      expect((await people[who].history(mine._id)).map(({ message }) => message)).toContain('of mine');
    }
    expect((await people.seller.room(peer._id)).room_name).toBe('p2p-1');
  });

  it('of others is to everybody else as if it were not there', async () => {
    for (const who of [...MEMBERS, 'seller'] as const) {
      for (const read of [...reads, `/api/chat/ID?before=${NOBODY_S}`]) {
        const [other, none] = [await people[who].get(read.replace('ID', theirs._id.toHexString())), await people[who].get(read.replace('ID', NOBODY_S))];
        expect([who, read, other.status, other.body]).toEqual([who, read, 404, none.body]);
        expect(other.body.error).toBe('ROOM_NOT_FOUND');
      }
    }
  });

  it('of others takes no message, nobody who joins and no issue, and stays as it was', async () => {
    const before = await stored(theirs);
    for (const who of MEMBERS) {
      const writes = [
        people[who].send(theirs._id, { user_type: who, user_id: 2 }),
        people[who].post('/api/chat/joinRoomByID', { room_id: theirs._id.toHexString(), user_type: who, user_id: 2 }),
        people[who].put(`/api/room/raiseanissue/${theirs._id.toHexString()}`, { isRaiseIssue: 1 }),
      ];
      for (const { status, body } of await Promise.all(writes)) expect([who, status, body.error]).toEqual([who, 404, 'ROOM_NOT_FOUND']);
    }
    expect(await stored(theirs)).toEqual(before);
  });

  it('takes messages of people as what they are only', async () => {
    const before = await stored(mine);
    const others = { agent: ['user', 'vendor', 'admin', 'constructor'], user: ['agent', 'vendor', 'admin'], vendor: ['agent', 'user', 'admin'], admin: ['agent', 'user', 'vendor'] } as const;
    for (const [who, kinds] of Object.entries(others) as ['agent' | 'user' | 'vendor' | 'admin', readonly string[]][]) {
      for (const kind of kinds) {
        const sent = await people[who].send(mine._id, { user_type: kind });
        const joined = await people[who].post('/api/chat/joinRoomByID', { room_id: mine._id.toHexString(), user_type: kind, user_id: 1 });
        expect([who, kind, sent.status, sent.body]).toEqual([who, kind, 403, refusal(403, 'NOT_ALLOWED', 'user_type', { chatData: {} })]);
        expect([joined.status, joined.body.error]).toEqual([403, 'NOT_ALLOWED']);
      }
    }
    expect(await stored(mine)).toEqual(before);
  });

  it('says of a message who really wrote it, whatever the body says', async () => {
    const room = await aRoom(service, tenant, { room_name: 'who wrote' });
    const written = [
      ['agent', { user_type: 'agent', user_id: 999, from_message: 'from_user' }, { auth_user_id: '141', from_user_id: '141', from_message: 'from_agent' }],
      ['user', { user_type: 'user', user_id: 2 }, { auth_user_id: '1', from_user_id: '1' }],
      ['vendor', { user_type: 'vendor', user_id: 1 }, { auth_user_id: '900', from_id: '7' }],
      ['admin', { user_type: 'admin', user_id: 141, email: '' }, { auth_user_id: '5', from_user_id: '5' }],
    ] as const;
    for (const [who, body, expected] of written) {
      for (const fields of [body, { ...body, user_id: undefined }]) expect((await people[who].send(room._id, fields).expect(200)).body.chatData).toMatchObject(expected);
      await people[who].post('/api/chat/joinRoomByID', { room_id: room._id.toHexString(), ...body }).expect(200);
    }
    expect((await stored(room)).participants.map(({ user_type, auth_user_id }) => [user_type, auth_user_id])).toEqual([['agent', '141'], ['user', '1'], ['vendor', '900'], ['admin', '5']]);
  });

  it('of a peer chat is written in by its seller as a user, one of a shop not', async () => {
    const shop = await personCalls(service, tenant, 'vendor', '901', ['7', '70']);
    expect((await shop.send(peer._id, { user_type: 'user' }).expect(200)).body.chatData.auth_user_id).toBe('901');
    expect((await shop.send(mine._id, { user_type: 'user' })).body).toEqual(refusal(403, 'NOT_ALLOWED', 'in this room', { chatData: {} }));
  });
});

describe('createRoom', () => {
  const fields = { type: 'agent_to_user', agent_id: 141, order_user_id: 1, vendor_id: 7, agent_db: 'x', db_name: 'x' };

  it('makes and meets rooms of the caller', async () => {
    const room = { ...fields, room_name: 'met by all' };
    expect((await people.agent.post('/api/room/createRoom', room).expect(200)).body).toMatchObject({ status: false });
    for (const who of ['user', 'vendor', 'admin'] as const) expect((await people[who].post('/api/room/createRoom', room).expect(200)).body).toMatchObject({ status: true, message: 'already exist!' });
  });

  it('neither makes nor shows rooms of others', async () => {
    const foreign = await people.agent.post('/api/room/createRoom', { ...fields, agent_id: 142, room_name: 'never made' });
    expect([foreign.status, foreign.body.error]).toEqual([403, 'NOT_ALLOWED']);
    const known = await people.agent.post('/api/room/createRoom', { ...fields, room_name: 'theirs' });
    expect([known.status, known.body]).toEqual([403, refusal(403, 'NOT_ALLOWED', 'belong to')]);
    expect((await people.admin.post('/api/room/createRoom', { ...fields, room_name: 'never made' }).expect(200)).body.message).toBe('created sucessfully!');
  });
});

describe('Locations', () => {
  const at = (agent: number, order: number): object => ({ agent_id: agent, order_id: order, lat: '1', lng: '2' });

  it('are said by the agent and read by those who have a room of the order with the agent', async () => {
    expect((await people.agent.post('/api/agent/saveAgentLocation', at(141, 10))).status).toBe(200);
    for (const who of ['user', 'vendor', 'seller'] as const) expect((await people[who].post('/api/agent/saveAgentLocation', at(141, 10))).body.error).toBe('NOT_ALLOWED');
    expect((await people.agent.post('/api/agent/saveAgentLocation', at(142, 20))).body.error).toBe('NOT_ALLOWED');
    await people.admin.post('/api/agent/saveAgentLocation', at(142, 20)).expect(200);
    for (const who of [...MEMBERS, 'admin'] as const) expect([who, (await people[who].get('/api/agent/getAgentLocation?agent_id=141&order_id=10')).status]).toEqual([who, 200]);
    for (const who of [...MEMBERS, 'seller'] as const) {
      expect([who, (await people[who].get('/api/agent/getAgentLocation?agent_id=142&order_id=20')).body.error]).toEqual([who, 'LOCATION_NOT_FOUND']);
    }
  });
});

describe('A room that a customer made', () => {
  it('tells nobody where an agent is until the agent is in it', async () => {
    const [follower, listener] = [await personCalls(service, tenant, 'user', '66'), await Listener.open(`${service.url}/t/${tenant.key}`, { auth: { token: await tokenOf(tenant, 'user', '66') } })];
    const made = await follower.post('/api/room/createRoom', { room_name: 'made up', type: 'agent_to_user', order_user_id: 66, agent_id: 141, order_id: 30, agent_db: tenant.names[0] }).expect(200);
    const save = (lat: string): Promise<unknown> => people.agent.post('/api/agent/saveAgentLocation', { agent_id: 141, order_id: 30, lat, lng: '1' }).expect(200);
    await save('unseen');
    expect((await follower.get('/api/agent/getAgentLocation?agent_id=141&order_id=30')).body.error).toBe('LOCATION_NOT_FOUND');
    await people.agent.send(made.body.roomData._id, { user_type: 'agent' }).expect(200);
    await save('seen');
    await soon(() => expect(listener.payloads('agent-location-141').map(({ lat }) => lat)).toEqual(['seen']));
    expect((await follower.get('/api/agent/getAgentLocation?agent_id=141&order_id=30').expect(200)).body.data.lat).toBe('seen');
    listener.close();
  });
});

describe('A socket', () => {
  const base = (): string => `${service.url}/t/${tenant.key}`;

  it('hears the rooms of its person, down to the raw frames; that of an admin all of them', async () => {
    const [agent, user, vendor, admin] = await Promise.all(
      ([['agent', '141', []], ['user', '2', []], ['vendor', '900', ['7']], ['admin', '5', []]] as const).map(async ([role, sub, shops]) =>
        Listener.open(base(), { auth: { token: await tokenOf(tenant, role, sub, { vendor_ids: shops }) }, events: ['agent-location-142'] }),
      ),
    );
    const say = (room: Room, message: string): Promise<unknown> => service.app.get(MessageService).store(tenant, ANONYMOUS, room._id, { sender: { user_type: 'admin', user_id: '5' }, fields: { message } });
    await say(mine, 'for mine');
    await say(theirs, 'for theirs');
    await people.agent.post('/api/agent/saveAgentLocation', { agent_id: 141, order_id: 10, lat: 'at mine', lng: '1' }).expect(200);
    await people.admin.post('/api/agent/saveAgentLocation', { agent_id: 142, order_id: 20, lat: 'at theirs', lng: '1' }).expect(200);
    await say(mine, 'last of mine');
    await say(theirs, 'last of theirs');
    const expected = new Map([
      [agent!, [['for mine', 'last of mine'], ['at mine']]],
      [vendor!, [['for mine', 'last of mine'], ['at mine']]],
      [user!, [['for theirs', 'last of theirs'], ['at theirs']]],
      [admin!, [['for mine', 'for theirs', 'last of mine', 'last of theirs'], ['at mine', 'at theirs']]],
    ]);
    for (const [listener, [texts, places]] of expected) {
      await soon(() => expect(listener.texts()).toEqual(texts));
      expect(listener.heard.filter(({ event }) => event.startsWith('agent-location')).map(({ payload }) => payload.lat)).toEqual(places);
    }
    expect(agent!.frames.concat(vendor!.frames).join()).not.toMatch(/theirs/);
    expect(user!.frames.join()).not.toMatch(/mine/);
    for (const listener of expected.keys()) listener.close();
  });

  it('says only where its own agent is', async () => {
    const listener = await Listener.open(base(), { auth: { token: await tokenOf(tenant, 'agent', '141') } });
    listener.socket.emit('save-user-location', { agent_id: 142, order_id: 77, lat: 'forged', lng: '1' });
    listener.socket.emit('save-user-location', { agent_id: 141, order_id: 77, lat: 'own', lng: '1' });
    await soon(async () => expect((await people.agent.get('/api/agent/getAgentLocation?agent_id=141&order_id=77')).status).toBe(200));
    expect((await people.admin.get('/api/agent/getAgentLocation?agent_id=142&order_id=77')).body.error).toBe('LOCATION_NOT_FOUND');
    listener.close();
  });

  it('without a credential is refused', async () => {
    const listener = Listener.of(base());
    await soon(() => expect(listener.faults).toHaveLength(1));
    expect((listener.faults[0] as { data: object }).data).toMatchObject({ statusCode: 403, error: 'CREDENTIAL_REFUSED' });
    listener.close();
  });
});
