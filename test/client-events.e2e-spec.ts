import { AnteroomClient, AnteroomError, type AnteroomEvents, type Location, type NewMessage, type RoomWithMessage, type SentMessage } from '../client/src/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { eventually } from './support/eventually.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(60_000);

const SOON = { within: 15_000 };

let service: TestApp;
let tenant: Tenant;
let client: AnteroomClient;
const open = new Set<AnteroomEvents>();

beforeAll(async () => {
  service = await startApp();
  tenant = await newTenant(service);
  client = new AnteroomClient({ baseUrl: baseOf(tenant) });
});

afterEach(() => {
  open.forEach((events) => events.close());
  open.clear();
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
}, 60_000);

const baseOf = ({ key }: { key: string }): string => `${service.url}/t/${key}`;
const roomOf = async (of: Tenant = tenant): Promise<string> => (await aRoom(service, of))._id.toHexString();
const says = (roomId: string, message: string): NewMessage => ({ room_id: roomId, user_type: 'user', user_id: '1', message });

function connect(of = client): AnteroomEvents {
  const events = of.connect();
  open.add(events);
  return events;
}

/** A socket that is in, and the messages that it hears. */
async function listening(of = client): Promise<{ events: AnteroomEvents; heard: SentMessage[] }> {
  const events = connect(of);
  const heard: SentMessage[] = [];
  events.onMessage((sent) => heard.push(sent));
  await eventually(() => expect(events.socket.connected).toBe(true), SOON);
  return { events, heard };
}

const textsOf = (heard: SentMessage[]): unknown[] => heard.map(({ message }) => message.message);

describe('A socket of the client', () => {
  it('hears each message of its deployment once, in order, with the room as it is then', async () => {
    const [one, other] = await Promise.all([listening(), listening()]);
    const roomId = await roomOf();
    const sent = [await client.messages.send(says(roomId, 'first')), await client.messages.send(says(roomId, 'second'))];
    const room = await client.rooms.get(roomId);

    for (const { heard } of [one, other]) {
      await eventually(() => expect(textsOf(heard)).toEqual(['first', 'second']), SOON);
      expect(heard.map(({ message }) => message)).toEqual(sent.map(({ message }) => message));
      expect(heard[1]!.room).toEqual(room);
    }
  });

  it('hears of the room at its first message only, and the same message under both names', async () => {
    const { events } = await listening();
    const created: RoomWithMessage[] = [];
    const names: string[] = [];
    events.onRoomCreated((room) => created.push(room));
    events.socket.on('new-message', ({ message }) => names.push(`new-message ${message.chatData.seq}`));
    events.socket.on('new-app-message', ({ message }) => names.push(`new-app-message ${message.chatData.seq}`));
    const roomId = await roomOf();
    const { message } = await client.messages.send(says(roomId, 'first'));
    await client.messages.send(says(roomId, 'second'));

    await eventually(() => expect([...names].sort()).toEqual(['new-app-message 1', 'new-app-message 2', 'new-message 1', 'new-message 2']), SOON);
    expect(created.map(({ _id, chat_Data }) => [_id, chat_Data.map((preview) => preview._id)])).toEqual([[roomId, [message._id]]]);
    expect(created[0]).not.toHaveProperty('user_Data');
  });

  it('hears nothing of another deployment', async () => {
    const foreign = await newTenant(service);
    const stranger = new AnteroomClient({ baseUrl: baseOf(foreign) });
    const [here, there] = await Promise.all([listening(), listening(stranger)]);
    await stranger.messages.send(says(await roomOf(foreign), 'theirs'));
    await client.messages.send(says(await roomOf(), 'ours'));

    await eventually(() => expect([textsOf(here.heard), textsOf(there.heard)]).toEqual([['ours'], ['theirs']]), SOON);
  });

  it('hears where an agent is, and of that agent only, also what is told by a socket', async () => {
    const { events } = await listening();
    const places: Location[] = [];
    events.onAgentLocation(7, (place) => places.push(place));
    const place = { order_id: 10, lat: '1.2', lng: '3.4' };
    await client.locations.save({ ...place, agent_id: 8 });
    const saved = await client.locations.save({ ...place, agent_id: 7 });
    await eventually(() => expect(places).toEqual([saved]), SOON);
    events.socket.emit('save-user-location', { ...place, agent_id: 7, lat: '5.6' });

    await eventually(() => expect(places.map(({ lat }) => lat)).toEqual(['1.2', '5.6']), SOON);
    expect(await client.locations.get({ agent_id: 7, order_id: 10 })).toEqual(places[1]);
  });

  it('hears no more once a listener is stopped', async () => {
    const { events, heard } = await listening();
    const few: SentMessage[] = [];
    const stop = events.onMessage((sent) => few.push(sent));
    const roomId = await roomOf();
    await client.messages.send(says(roomId, 'first'));
    await eventually(() => expect(few).toHaveLength(1), SOON);
    stop();
    await client.messages.send(says(roomId, 'second'));

    await eventually(() => expect(textsOf(heard)).toEqual(['first', 'second']), SOON);
    expect(textsOf(few)).toEqual(['first']);
  });

  it('finds its deployment under a base URL with slashes too many', async () => {
    const { heard } = await listening(new AnteroomClient({ baseUrl: `${service.url}//t//${tenant.key}//` }));
    await client.messages.send(says(await roomOf(), 'found'));

    await eventually(() => expect(textsOf(heard)).toEqual(['found']), SOON);
  });

  it('sends what its credential is at each connection', async () => {
    let asked = 0;
    const { socket } = connect(new AnteroomClient({ baseUrl: baseOf(tenant), token: () => `token-${++asked}` }));
    const handshake = (): Promise<object> => new Promise((resolve) => (typeof socket.auth === 'function' ? socket.auth(resolve) : resolve(socket.auth)));
    const [first, second] = [await handshake(), await handshake()];

    expect([first, second].map((auth) => (auth as { token: string }).token)).toEqual([expect.stringMatching(/^token-\d$/), `token-${asked}`]);
    expect(first).not.toEqual(second);
  });
});

describe('A socket that is not let in', () => {
  it('hears why', async () => {
    const suspended = await newTenant(service, { status: 'suspended' });
    const closed = await newTenant(service, { auth: { http: 'open', sockets: 'required' } });
    const refusals = [{ key: 'unknown' }, suspended, closed].map(
      (of) => new Promise<AnteroomError>((resolve) => connect(new AnteroomClient({ baseUrl: baseOf(of) })).onRefused(resolve)),
    );
    const errors = await Promise.all(refusals);

    expect(errors.every((error) => error instanceof AnteroomError)).toBe(true);
    expect(errors.map(({ code, status }) => [code, status])).toEqual([
      ['TENANT_UNKNOWN', 404],
      ['TENANT_SUSPENDED', 403],
      ['CREDENTIAL_REFUSED', 403],
    ]);
    expect(errors.map(({ message }) => message)).toEqual(errors.map(() => expect.stringMatching(/^[A-Z].+\.$/)));
  });
});
