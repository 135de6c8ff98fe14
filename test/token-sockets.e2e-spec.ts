import { TenantAdminService, type PutTenantDto } from '../src/admin/index.js';
import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { eventually } from './support/eventually.js';
import { Listener, RELEASES, type ListenerOptions } from './support/listener.js';
import { scrape, valueOf } from './support/scrape.js';
import { dropAll, newTenant } from './support/tenants.js';
import { answering, newLookupTenant, personAnswer, TokenServer } from './support/token-server.js';
import { seconds, signedWith } from './support/tokens.js';

const SECRET = 'of-acme-only-0123456789-0123456789';
const OTHER_SECRET = 'of-bolt-only-0123456789-0123456789';
const REQUIRED = { http: 'required', sockets: 'required' } as const;
const WITHIN = { within: 20_000 };

let service: TestApp;
let server: TokenServer;
let tenant: Tenant;
let room: Room;
let listeners: Listener[];

beforeAll(async () => {
  service = await startApp();
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
});

beforeEach(async () => {
  listeners = [];
  server = await TokenServer.start();
  server.answer = answering(personAnswer());
  tenant = await newLookupTenant(service, server, { cache_seconds: 0 }, { jwt: { secret: SECRET } });
  room = await aRoom(service, tenant);
});

afterEach(async () => {
  for (const listener of listeners) listener.close();
  await server.close();
});

const put = (key: string, change: PutTenantDto): Promise<Tenant> => service.app.get(TenantAdminService).put(key, change);
const say = (message: string): Promise<unknown> => aMessage(service, tenant, room._id, { message });

function listen(options: ListenerOptions, of = tenant): Listener {
  const listener = Listener.of(`${service.url}/t/${of.key}`, options);
  listeners.push(listener);
  return listener;
}

const isConnected = (listener: Listener): Promise<void> => eventually(() => expect(listener.socket.connected).toBe(true), WITHIN);
const isClosed = (listener: Listener): Promise<void> => eventually(() => expect(listener.disconnects).toHaveLength(1), WITHIN);
const hears = (listener: Listener, texts: string[]): Promise<void> => eventually(() => expect(listener.texts()).toEqual(texts), WITHIN);

/** A socket that is let in. */
async function open(token: string, of = tenant): Promise<Listener> {
  const listener = listen({ auth: { token } }, of);
  await isConnected(listener);
  return listener;
}

async function expectRefused(options: ListenerOptions, of = tenant): Promise<void> {
  const listener = listen(options, of);
  await eventually(() => expect(listener.faults).toHaveLength(1), WITHIN);
  const [fault] = listener.faults as [{ data?: unknown }];
  expect(fault.data ?? fault).toMatchObject({ status: false, statusCode: 403, error: 'CREDENTIAL_REFUSED' });
}

describe('A socket with a token', () => {
  it('hears what its person belongs to, by auth.token with and without Bearer', async () => {
    const token = await signedWith(SECRET);
    const mine = [await open(token), await open(`Bearer ${token}`), await open('an-opaque-token')];
    const [others, all] = [await open(await signedWith(SECRET, { sub: '142' })), await open(await signedWith(SECRET, { sub: '1', role: 'admin' }))];
    await say('for 141');
    for (const listener of [...mine, all]) await hears(listener, ['for 141']);
    expect(others.heard).toEqual([]);
  });

  it.each(RELEASES)('is let in by the header of a client of %s, and refused by a wrong one', async (release) => {
    const token = await signedWith(SECRET);
    for (const authorization of [token, `Bearer ${token}`]) {
      const listener = listen({ release, headers: { authorization } });
      await isConnected(listener);
    }
    await expectRefused({ release, headers: { authorization: await signedWith(OTHER_SECRET) } });
    await expectRefused({ release });
  });

  it.each(['1.7.4', '2.5.0'] as const)('is let in by the query of its namespace, of %s, and refused by a wrong one there', async (release) => {
    const mine = listen({ release, query: { token: await signedWith(SECRET) } });
    await isConnected(mine);
    await say('for 141');
    await hears(mine, ['for 141']);
    await expectRefused({ release, query: { token: await signedWith(OTHER_SECRET) } });
  });

  it('is refused where the token is none, too long, over or of another secret', async () => {
    server.answer = answering({}, 401);
    const bad: unknown[] = [undefined, null, '', 'opaque', 7, {}, ['x'], { toString: 'x' }, await signedWith(OTHER_SECRET), await signedWith(SECRET, { exp: seconds(-70) }), await signedWith(SECRET, { fill: 'x'.repeat(30_000) }), 'x'.repeat(30_000), 'é\n'];
    for (const token of bad) await expectRefused({ auth: { token } });
  });

  it('is refused where the token is too large for a frame', async () => {
    const listener = listen({ auth: { token: await signedWith(SECRET, { fill: 'x'.repeat(200_000) }) } });
    await eventually(() => expect(listener.faults.length + listener.disconnects.length).toBeGreaterThan(0), WITHIN);
    expect(listener.socket.connected).toBe(false);
  });

  it('ends with its token, to the second, whatever clocks are apart, and cannot come again with it', async () => {
    await expectRefused({ auth: { token: await signedWith(SECRET, { exp: seconds(-1) }) } });
    const [ending, staying] = [listen({ auth: { token: await signedWith(SECRET, { exp: seconds(4) }) }, reconnects: true }), await open(await signedWith(SECRET))];
    await isConnected(ending);
    await isClosed(ending);
    await eventually(() => expect(ending.faults).toEqual([expect.objectContaining({ data: expect.objectContaining({ error: 'CREDENTIAL_REFUSED' }) })]), WITHIN);
    await say('afterwards');
    await hears(staying, ['afterwards']);
    expect(ending.texts()).toEqual([]);
  });

  it.each<[string, (of: Tenant) => PutTenantDto]>([
    ['another secret', () => ({ settings: { jwt: { secret: OTHER_SECRET } } })],
    ['another audience', () => ({ settings: { jwt: { secret: SECRET, audience: 'panel' } } })],
    ['other algorithms', () => ({ settings: { jwt: { secret: SECRET, algorithms: ['HS512'] } } })],
    ['published keys that cannot be had', () => ({ settings: { jwt: { jwks_url: 'http://127.0.0.1:9/keys' } } })],
    ['no tokens', () => ({ settings: { jwt: null } })],
  ])('is closed when its deployment has %s, and those of other deployments are not', async (_what, change) => {
    server.answer = answering({}, 401);
    const other = await newTenant(service, { auth: REQUIRED, settings: { jwt: { secret: SECRET } } });
    const token = await signedWith(SECRET);
    const [closing, staying] = [await open(token), await open(token, other)];
    await put(tenant.key, change(tenant));
    await isClosed(closing);
    expect(staying.disconnects).toEqual([]);
  });

  it('goes on where the change leaves its token good', async () => {
    const listener = await open(await signedWith(SECRET));
    await put(tenant.key, { settings: { jwt: { secret: SECRET, algorithms: ['HS256', 'HS512'] }, default_image: 'https://images.example.com/x.png' } });
    await say('still here');
    await hears(listener, ['still here']);
    expect(listener.disconnects).toEqual([]);
  });

  it('hears as nobody does, on an open deployment, once its token is over', async () => {
    const open = await newTenant(service, { settings: { jwt: { secret: SECRET } } });
    const theirs = await aRoom(service, open, { agent_id: '7' });
    const listener = listen({ auth: { token: await signedWith(SECRET, { exp: seconds(4) }) }, reconnects: true }, open);
    await isConnected(listener);
    await aMessage(service, open, theirs._id, { message: 'not for 141' });
    await isClosed(listener);
    await isConnected(listener);
    await aMessage(service, open, theirs._id, { message: 'for everybody' });
    await hears(listener, ['for everybody']);
  });
});

describe('A socket whose token is looked up', () => {
  it('is closed when a new look says that it is good no more', async () => {
    const listener = await open('an-opaque-token');
    server.answer = answering({}, 401);
    await newTenant(service);
    await isClosed(listener);
  });

  it('is closed when a new look says that it is somebody else', async () => {
    const listener = await open('an-opaque-token');
    server.answer = answering(personAnswer({ id: 142 }));
    await newTenant(service);
    await isClosed(listener);
  });

  it('goes on while the server is away', async () => {
    const listener = await open('an-opaque-token');
    server.answer = answering({}, 500);
    await newTenant(service);
    await eventually(() => expect(server.asked.length).toBeGreaterThan(1), WITHIN);
    await say('still here');
    await hears(listener, ['still here']);
    expect(listener.disconnects).toEqual([]);
  });

  it('is closed where the server is away and another one was to be asked', async () => {
    const listener = await open('an-opaque-token');
    await put(tenant.key, { settings: { lookup: { url: 'http://127.0.0.1:9/', subject_path: 'data.id', role_path: 'data.role' } } });
    await isClosed(listener);
  });

  it('comes again by itself where the server was away at first', async () => {
    server.answer = answering({}, 500);
    const listener = listen({ auth: { token: 'an-opaque-token' }, reconnects: true });
    await eventually(() => expect(server.asked.length).toBeGreaterThan(1), WITHIN);
    expect(listener.socket.connected).toBe(false);
    server.answer = answering(personAnswer());
    await isConnected(listener);
  });

  it('takes no place where it goes before the server has answered', async () => {
    await put(tenant.key, { limits: { sockets: 1 } });
    const going = new Promise<() => void>((resolve) => {
      server.answer = (incoming, response) => resolve(() => answering(personAnswer())(incoming, response));
    });
    const before = valueOf(await scrape(service), 'anteroom_connections');
    const gone = listen({ auth: { token: 'an-opaque-token' } });
    const answer = await going;
    gone.close();
    await eventually(async () => expect(valueOf(await scrape(service), 'anteroom_connections')).toBe(before), WITHIN);
    answer();
    server.answer = answering(personAnswer());
    const coming = listen({ auth: { token: 'another-opaque-token' } });
    await eventually(() => expect([coming.socket.connected, coming.faults]).toEqual([true, []]), WITHIN);
  });

  it('is not let in where the deployment is suspended while the server is asked', async () => {
    const listener = listen({ auth: { token: 'an-opaque-token' } });
    const answered = new Promise<void>((resolve) => {
      server.answer = (incoming, response) =>
        void put(tenant.key, { status: 'suspended' }).then(() => {
          answering(personAnswer())(incoming, response);
          resolve();
        });
    });
    await answered;
    await eventually(() => expect(listener.faults).toEqual([expect.objectContaining({ data: expect.objectContaining({ error: 'TENANT_SUSPENDED' }) })]), WITHIN);
  });
});
