import { TenantAdminService, type PutTenantDto } from '../src/admin/index.js';
import { Handshake } from '../src/realtime/handshake.js';
import { SocketGateway } from '../src/realtime/socket.gateway.js';
import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { eventually } from './support/eventually.js';
import { Listener, RELEASES, type ListenerOptions, type Release } from './support/listener.js';
import { dropAll, newTenant } from './support/tenants.js';

const WITHIN = { within: 20_000 };
const HOST = 'chat.acme.example';
const OLD: Release[] = ['1.7.4', '2.5.0'];

let service: TestApp;
let acme: Tenant;
let home: Tenant;
let room: Room;
let homeRoom: Room;
let listeners: Listener[];

beforeAll(async () => {
  service = await startApp({ DEFAULT_TENANT: 'home' });
  acme = await newTenant(service, { sub_domains: [HOST] });
  home = await put('home', { names: ['home'], auth: { http: 'open', sockets: 'open' } });
  [room, homeRoom] = [await aRoom(service, acme), await aRoom(service, home)];
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
});

beforeEach(() => {
  listeners = [];
});

afterEach(() => {
  for (const listener of listeners) listener.close();
});

const put = (key: string, change: PutTenantDto): Promise<Tenant> => service.app.get(TenantAdminService).put(key, change);
const send = (message: string): Promise<unknown> => aMessage(service, acme, room._id, { message });
const sendHome = (message: string): Promise<unknown> => aMessage(service, home, homeRoom._id, { message });

function keep(listener: Listener): Listener {
  listeners.push(listener);
  return listener;
}

const open = async (path: string, options?: ListenerOptions): Promise<Listener> => keep(await Listener.open(service.url + path, options));
const heard = (listener: Listener, expected: string[]): Promise<void> =>
  eventually(() => expect(listener.texts('new-app-message')).toEqual(expected), WITHIN);

/** The namespaces that the service has now; socket.io keeps them to itself. */
function namespaces(): string[] {
  const gateway: unknown = service.app.get(SocketGateway, { strict: false });
  return [...(gateway as { io: { _nsps: Map<string, unknown> } }).io._nsps.keys()];
}

describe.each(RELEASES)('The namespace of a deployment, by a client of %s,', (release) => {
  it.each(['/t/KEY', '/t/KEY/', '//t/KEY', '//t//KEY//', '/t//KEY'])('is found as %s', async (path) => {
    const listener = await open(path.replace('KEY', acme.key), { release });
    await send(`to ${path}`);
    await heard(listener, [`to ${path}`]);
    expect(listener.faults).toEqual([]);
  });

  it.each(['/t/nobody', '/t/', '/other', '/t/home/further', '/t/%', '/t/HOME', '/t/%68ome', '/t///home', '///t/home'])('is refused as %s', async (path) => {
    await expect(Listener.open(service.url + path, { release })).rejects.toBeDefined();
  });

  it('says why it is refused where the deployment is suspended, or does not admit the caller', async () => {
    const suspended = await newTenant(service, { status: 'suspended' });
    const closed = await newTenant(service, { auth: { http: 'open', sockets: 'required' } });
    const elsewhere = await newTenant(service, { auth: { sockets: 'required' }, open_from: ['10.0.0.0/8'] });
    for (const [{ key }, code] of [[suspended, 'TENANT_SUSPENDED'], [closed, 'CREDENTIAL_REFUSED'], [elsewhere, 'CREDENTIAL_REFUSED']] as const) {
      const refused = keep(Listener.of(`${service.url}/t/${key}`, { release }));
      await eventually(() => expect(refused.faults).toHaveLength(1), WITHIN);
      const fault = refused.faults[0] as { data?: unknown };
      expect(release === '4.8.4' ? fault.data : fault).toMatchObject({ status: false, statusCode: 403, error: code });
    }
  });

  it('admits callers of open_from only from there, and none behind a proxy that is not trusted', async () => {
    const { key } = await newTenant(service, { auth: { sockets: 'required' }, open_from: ['127.0.0.0/8'] });
    await open(`/t/${key}`, { release });
    await expect(Listener.open(`${service.url}/t/${key}`, { release, headers: { 'x-forwarded-for': '127.0.0.1' } })).rejects.toBeDefined();
  });

  it('wins over the host of another deployment', async () => {
    const listener = await open('/t/home', { release, headers: { host: HOST } });
    await send('to acme');
    await sendHome('to home');
    await heard(listener, ['to home']);
    expect(listener.frames.join('\n')).not.toContain('to acme');
  });
});

describe('Namespaces', () => {
  it('are not kept for names that nobody has, however many are asked for', async () => {
    const asked = Array.from({ length: 200 }, (_, at) => Listener.open(`${service.url}/t/nobody-${at}`).then(() => 'let in', () => 'refused'));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['refused']));
    expect(namespaces().filter((name) => name.includes('nobody'))).toEqual([]);
  });

  it.each(RELEASES)('are there while a client of %s is, and go with the last one', async (release) => {
    const { key } = await newTenant(service);
    const name = `/t/${key}`;
    const [first, last] = [await open(name, { release }), await open(name, { release })];
    expect(namespaces()).toContain(name);
    first.close();
    await send('one');
    expect(namespaces()).toContain(name);
    last.close();
    await eventually(() => expect(namespaces()).not.toContain(name), WITHIN);
  });

  it('are not kept for deployments that let nobody in', async () => {
    const { key } = await newTenant(service, { status: 'suspended' });
    await expect(Listener.open(`${service.url}/t/${key}`)).rejects.toMatchObject({ data: { error: 'TENANT_SUSPENDED' } });
    expect(namespaces()).not.toContain(`/t/${key}`);
  });
});

describe('The default namespace', () => {
  it('lets a client of 4.8.4 hear the deployment of its host at once', async () => {
    const listener = await open('', { headers: { host: `${HOST}:3000` } });
    await send('one');
    await sendHome('not for acme');
    await send('two');
    await heard(listener, ['one', 'two']);
    expect(listener.frames.join('\n')).not.toContain('not for acme');
  });

  it('lets a client of 4.8.4 of an unknown host hear DEFAULT_TENANT at once', async () => {
    const listener = await open('', {});
    await send('not for home');
    await sendHome('one');
    await heard(listener, ['one']);
  });

  it.each(OLD)('lets a client of %s hear what was sent in its first five seconds after them, in order, once', async (release) => {
    const opened = performance.now();
    const listener = await open('', { release, headers: { host: HOST } });
    await send('one');
    await send('two');
    await sendHome('not for acme');
    const present = await open(`/t/${acme.key}`, { release });
    await send('three');
    await heard(present, ['three']);
    expect(listener.texts()).toEqual([]);
    await heard(listener, ['one', 'two', 'three']);
    expect(performance.now() - opened).toBeGreaterThan(4_500);
    await send('four');
    await heard(listener, ['one', 'two', 'three', 'four']);
    expect(listener.frames.join('\n')).not.toContain('not for acme');
    expect(listener.faults).toEqual([]);
  });

  it.each(OLD)('lets no frame of its own reach a client of %s that goes on to a namespace', async (release) => {
    const witness = await open('', { headers: { host: HOST } });
    const listener = await open('/t/home', { release, headers: { host: HOST } });
    await send('for acme');
    await heard(witness, ['for acme']);
    await sendHome('for home');
    await heard(listener, ['for home']);
    // Longer than a client waits for a namespace: by a client that waits for none.
    const waiting = await open('', { release, headers: { host: HOST } });
    await send('later');
    await heard(waiting, ['later']);
    await sendHome('for home, later');
    await heard(listener, ['for home', 'for home, later']);
    expect(listener.frames.join('\n')).not.toMatch(/for acme|"later"/);
    expect(listener.frames.filter((frame) => frame.includes('for home'))).toHaveLength(4);
  });

  it.each(OLD)('lets no frame of its own reach a client of %s whose namespace is refused', async (release) => {
    const suspended = await newTenant(service, { status: 'suspended' });
    const closed = await newTenant(service, { auth: { sockets: 'required' } });
    const paths = ['/t/nobody', `/t/${suspended.key}`, `/t/${closed.key}`, '/other'];
    const refused = paths.flatMap((path) => [{}, { host: HOST }].map((headers) => keep(Listener.of(service.url + path, { release, headers }))));
    for (const { faults } of refused) await eventually(() => expect(faults).toHaveLength(1), WITHIN);
    await send('for acme');
    await sendHome('for home');
    const witness = await open('', { release, headers: { host: HOST } });
    await send('for acme, later');
    // A client that waits for no namespace hears it after five seconds, and so would these.
    await heard(witness, ['for acme, later']);
    await sendHome('for home, later');
    for (const { frames } of refused) expect(frames.join('\n')).not.toMatch(/for acme|for home/);
  });

  it.each(RELEASES)('lets a client of %s hear its host as soon as that admits it', async (release) => {
    const host = `late-${release}.example`;
    const early = await open('', { release, headers: { host } });
    // The host is nobody's yet, so that this is DEFAULT_TENANT's.
    await sendHome('for home');
    await heard(early, ['for home']);
    const { key } = await newTenant(service, { sub_domains: [`suspended-${host}`], status: 'suspended' });
    const waiting = await open('', { release, headers: { host: `suspended-${host}` } });
    const resumed = await put(key, { status: 'active' });
    const its = await aRoom(service, resumed);
    await eventually(async () => {
      await aMessage(service, resumed, its._id, { message: 'welcome' });
      expect(waiting.texts()).toContain('welcome');
    }, WITHIN);
    expect([waiting.faults, waiting.disconnects]).toEqual([[], []]);
  });

  it.each(RELEASES)('takes a client of %s in silence where its host and the default are nobody, suspended or closed', async (release) => {
    const nobody = await startApp();
    const hosts = ['closed.example', 'suspended.example', 'open.example'];
    const [closed, suspended, known] = await Promise.all(hosts.map((host) => newTenant(nobody, { sub_domains: [host], auth: { sockets: host === hosts[0] ? 'required' : 'open' } })));
    const rooms = await Promise.all([closed!, suspended!, known!].map((tenant) => aRoom(nobody, tenant)));
    await nobody.app.get(TenantAdminService).put(suspended!.key, { status: 'suspended' });
    const silent = await Promise.all(['nobody.example', 'closed.example', 'suspended.example'].map((host) => Listener.open(nobody.url, { release, headers: { host } })));
    const witness = keep(await Listener.open(nobody.url, { release, headers: { host: hosts[2]! } }));
    for (const [at, tenant] of [closed!, suspended!, known!].entries()) await aMessage(nobody, tenant, rooms[at]!._id, { message: tenant.key });
    await heard(witness, [known!.key]);
    for (const listener of silent) {
      expect([listener.socket.connected, listener.faults, listener.heard]).toEqual([true, [], []]);
      listener.close();
    }
    await dropAll(nobody);
    await nobody.close();
  });
});

describe('A change of a deployment', () => {
  it.each<[string, PutTenantDto]>([
    ['suspends it', { status: 'suspended' }],
    ['asks sockets for a credential', { auth: { sockets: 'required' } }],
  ])('that %s closes the sockets that it had let in, and no others', async (_, change) => {
    const { key } = await newTenant(service, { sub_domains: [`${Date.now()}.example`] });
    const [old, today, bystander] = await Promise.all([open(`/t/${key}`, { release: '2.5.0' }), open(`/t/${key}`), open(`/t/${acme.key}`)]);
    await put(key, change);
    await eventually(() => expect([old.disconnects.length, today.disconnects.length]).toEqual([1, 1]), WITHIN);
    await send('still here');
    await heard(bystander, ['still here']);
    await expect(Listener.open(`${service.url}/t/${key}`)).rejects.toMatchObject({ data: { statusCode: 403 } });
  });

  it.each(RELEASES)('that suspends it for a while lets clients of %s come back by themselves', async (release) => {
    const known = await newTenant(service, { sub_domains: [`back-${release}.example`] });
    const its = await aRoom(service, known);
    const listener = await open('', { release, headers: { host: `back-${release}.example` }, reconnects: true });
    await put(known.key, { status: 'suspended' });
    await eventually(() => expect(listener.disconnects).toHaveLength(1), WITHIN);
    await put(known.key, { status: 'active' });
    await eventually(async () => {
      await aMessage(service, known, its._id, { message: 'back' });
      expect(listener.texts()).toContain('back');
    }, WITHIN);
  });

  it('that moves it to another cluster closes its sockets, which come back', async () => {
    const spread = await startApp({ MONGODB_CLUSTERS: `second=${process.env.MONGODB_URI!}` });
    const { key } = await newTenant(spread);
    const listener = keep(await Listener.open(`${spread.url}/t/${key}`, { reconnects: true }));
    const moved = await spread.app.get(TenantAdminService).put(key, { cluster: 'second' });
    await eventually(() => expect(listener.disconnects).toHaveLength(1), WITHIN);
    await eventually(() => expect(listener.socket.connected).toBe(true), WITHIN);
    const its = await aRoom(spread, moved);
    await aMessage(spread, moved, its._id, { message: 'from there' });
    await heard(listener, ['from there']);
    await dropAll(spread);
    await spread.close();
  });

  it('that removes it closes them too', async () => {
    const { key } = await newTenant(service);
    const listener = await open(`/t/${key}`);
    await service.app.get(TenantAdminService).remove(key, { dropDatabase: true });
    await eventually(() => expect(listener.disconnects).toHaveLength(1), WITHIN);
    await expect(Listener.open(`${service.url}/t/${key}`)).rejects.toMatchObject({ message: 'Invalid namespace' });
  });

  it('that gives its host to another closes those who came by it', async () => {
    const { key } = await newTenant(service, { sub_domains: ['moving.example'] });
    const [byHost, byPath] = [await open('', { headers: { host: 'moving.example' } }), await open(`/t/${key}`)];
    await put(key, { sub_domains: [] });
    await eventually(() => expect(byHost.disconnects).toHaveLength(1), WITHIN);
    expect(byPath.disconnects).toEqual([]);
  });
});

describe('A fault of the service while it looks who a socket of the default namespace is', () => {
  it.each(RELEASES)('closes the connection of %s, which comes again', async (release) => {
    const admit = import.meta.jest.spyOn(service.app.get(Handshake), 'admit').mockRejectedValueOnce(new Error('a fault'));
    const listener = keep(Listener.of(service.url, { release, reconnects: true, headers: { host: HOST } }));
    await eventually(() => expect(listener.disconnects).toHaveLength(1), WITHIN);
    admit.mockRestore();
    await eventually(async () => {
      await send('after the fault');
      expect(listener.texts('new-app-message')).toContain('after the fault');
    }, WITHIN);
  });
});
