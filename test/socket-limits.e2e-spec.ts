import { KeyAdminService, TenantAdminService, type PutTenantDto } from '../src/admin/index.js';
import { HistoryService } from '../src/message/index.js';
import { Audience } from '../src/realtime/audience.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { eventually } from './support/eventually.js';
import { Listener, RELEASES, type ListenerOptions } from './support/listener.js';
import { refusal } from './support/refusal.js';
import { dropAll, newTenant } from './support/tenants.js';
import { signedWith } from './support/tokens.js';

const WITHIN = { within: 20_000 };
const HOST = 'chat.limited.example';

let service: TestApp;
const listeners: Listener[] = [];

beforeAll(async () => {
  service = await startApp({ TRUST_PROXY: 'loopback' });
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
});

afterEach(() => {
  for (const listener of listeners.splice(0)) listener.close();
});

/** A deployment whose limits are these; its sockets come from a backend, which may have all of them. */
const limited = (limits: NonNullable<PutTenantDto['limits']>, subDomains: string[] = []): Promise<Tenant> =>
  newTenant(service, { limits, sub_domains: subDomains, open_from: ['127.0.0.0/8'] });

async function open(path: string, options: ListenerOptions = {}): Promise<Listener> {
  const listener = await Listener.open(service.url + path, options);
  listeners.push(listener);
  return listener;
}

describe('Sockets of a deployment', () => {
  it.each(RELEASES)('are as many as it may have, of %s too; one more is told why not, and let in when another has gone', async (release) => {
    const tenant = await limited({ sockets: 2 });
    const path = `/t/${tenant.key}`;
    const [first] = [await open(path, { release }), await open(`${path}/`, { release })];
    const oneMore = Listener.of(service.url + path, { release });
    await eventually(() => expect(oneMore.faults).toHaveLength(1), WITHIN);
    const [fault] = oneMore.faults as { data?: unknown }[];
    expect(fault?.data ?? fault).toEqual(refusal(429, 'TOO_MANY_REQUESTS', 'again'));
    oneMore.close();
    first.close();
    const later = await eventually(() => open(path, { release }), WITHIN);
    await aMessage(service, tenant, (await aRoom(service, tenant))._id, { message: 'to who is in' });
    await eventually(() => expect(later.texts()).toEqual(['to who is in']), WITHIN);
    expect(oneMore.heard).toEqual([]);
  });

  it('are counted for it alone', async () => {
    const [full, other] = await Promise.all([limited({ sockets: 1 }), limited({ sockets: 1 })]);
    await open(`/t/${full.key}`);
    expect((await open(`/t/${other.key}`)).socket.connected).toBe(true);
  });

  it.each(['4.8.4', '2.5.0'] as const)('count in the default namespace too, where one more of %s is closed and let in when another has gone', async (release) => {
    const tenant = await limited({ sockets: 1 }, [`${release.replaceAll('.', '-')}.${HOST}`]);
    const first = await open(`/t/${tenant.key}`, { release });
    const oneMore = await open('', { release, reconnects: true, headers: { host: tenant.sub_domains[0]! } });
    const room = await aRoom(service, tenant);
    await aMessage(service, tenant, room._id, { message: 'one' });
    await eventually(() => expect(first.texts()).toEqual(['one']), WITHIN);
    await eventually(() => expect(oneMore.disconnects).toContain('transport close'), WITHIN);
    expect([oneMore.faults, oneMore.heard]).toEqual([[], []]);
    first.close();
    await eventually(async () => {
      await aMessage(service, tenant, room._id, { message: 'two' });
      expect(oneMore.texts()).toContain('two');
    }, WITHIN);
    expect(oneMore.texts()).not.toContain('one');
  });

  it('have their place in the default namespace from the beginning, also while it is not certain that they stay there', async () => {
    const tenant = await limited({ sockets: 1 }, [`waiting.${HOST}`]);
    const waiting = await open('', { release: '2.5.0', headers: { host: tenant.sub_domains[0]! } });
    await expect(open(`/t/${tenant.key}`)).rejects.toMatchObject({ data: { error: 'TOO_MANY_REQUESTS' } });
    waiting.close();
    expect((await eventually(() => open(`/t/${tenant.key}`), WITHIN)).socket.connected).toBe(true);
  });

  it('that are one too many where they come first, are let in where they ask to be', async () => {
    const [full, other] = [await limited({ sockets: 1 }, [`full.${HOST}`]), await limited({})];
    await open(`/t/${full.key}`);
    const passing = await open(`/t/${other.key}`, { release: '2.5.0', headers: { host: full.sub_domains[0]! } });
    await aMessage(service, other, (await aRoom(service, other))._id, { message: 'let in' });
    await eventually(() => expect(passing.texts()).toEqual(['let in']), WITHIN);
    expect([passing.disconnects, passing.faults]).toEqual([[], []]);
  });

  it.each([1_000, 1_001])('are not kept more than 1000 events while they wait, and %i were stored', async (count) => {
    const tenant = await limited({}, [`kept-${count}.${HOST}`]);
    const waiting = await open('', { release: '2.5.0', headers: { host: tenant.sub_domains[0]! }, events: ['kept'] });
    const audience = service.app.get(Audience);
    await eventually(() => expect(audience.tenantOf(tenant.database)).not.toBeNull(), WITHIN);
    for (const at of Array.from({ length: count }).keys()) audience.push(tenant.database, { name: 'kept', kind: 'kept', rooms: [{}], payloadIn: () => at });
    await eventually(() => expect([waiting.payloads('kept').length, waiting.disconnects.length]).toEqual(count > 1_000 ? [0, 1] : [1_000, 0]), WITHIN);
  });

  it('that ask for a namespace again and again take one place', async () => {
    const tenant = await limited({ sockets: 1 });
    for (let times = 0; times < 10; times++) {
      const listener = await eventually(() => Listener.open(`${service.url}/t/${tenant.key}`), WITHIN);
      listener.close();
    }
  });

  it('that were there before the limit stay', async () => {
    const tenant = await limited({});
    const [first, second] = [await open(`/t/${tenant.key}`), await open(`/t/${tenant.key}`)];
    await service.app.get(TenantAdminService).put(tenant.key, { limits: { sockets: 1 } });
    await aMessage(service, tenant, (await aRoom(service, tenant))._id, { message: 'still here' });
    await eventually(() => expect([first.texts(), second.texts()]).toEqual([['still here'], ['still here']]), WITHIN);
    await expect(open(`/t/${tenant.key}`)).rejects.toMatchObject({ data: { error: 'TOO_MANY_REQUESTS' } });
  });
});

describe('Sockets of one caller', () => {
  const SECRET = 'of-acme-only-0123456789-0123456789';
  const REFUSED = { data: { error: 'TOO_MANY_REQUESTS' } };
  const from = (address: string): ListenerOptions => ({ headers: { 'x-forwarded-for': address } });
  const tryAll = async (tenant: Tenant, count: number, options: ListenerOptions): Promise<Listener[]> => {
    const answers = await Promise.allSettled(Array.from({ length: count }, () => open(`/t/${tenant.key}`, options)));
    for (const answer of answers) if (answer.status === 'rejected') expect(answer.reason).toMatchObject(REFUSED);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  };

  it('who is a person are a few, wherever they come from, and others still get in', async () => {
    const tenant = await newTenant(service, { limits: { sockets: 20 }, auth: { http: 'required', sockets: 'required' }, open_from: ['127.0.0.0/8'], settings: { jwt: { secret: SECRET } } });
    const [token, others] = await Promise.all([signedWith(SECRET), signedWith(SECRET, { sub: '142' })]);
    const mine = await tryAll(tenant, 100, { auth: { token } });
    expect(mine).toHaveLength(5);
    await expect(open(`/t/${tenant.key}`, { auth: { token }, ...from('203.0.113.7') })).rejects.toMatchObject(REFUSED);
    expect(await tryAll(tenant, 2, { auth: { token: others } })).toHaveLength(2);
    mine[0]?.close();
    await eventually(() => open(`/t/${tenant.key}`, { auth: { token } }), WITHIN);
    expect(await tryAll(tenant, 20, {})).toHaveLength(13);
  });

  it.each([
    ['an address without a credential', 8, from('203.0.113.7')],
    ['a network of IPv6', 8, from('2001:db8::7')],
    ['a proxy that is not trusted', 10, { headers: { via: '1.1 proxy' } }],
    ['a backend of open_from', 20, {}],
  ])('who is %s are %i of twenty', async (_who, most, options) => {
    const tenant = await limited({ sockets: 20 });
    expect(await tryAll(tenant, 30, options)).toHaveLength(most);
    if (most < 20) await open(`/t/${tenant.key}`, from('2001:db8:1::7'));
  });

  it('who is an API key are most of them, of old releases in the default namespace too', async () => {
    const tenant = await limited({ sockets: 5 });
    const { credential } = await service.app.get(KeyAdminService).add(tenant.key, { role: 'reader', expires: null, note: null });
    const headers = { authorization: credential };
    expect(await tryAll(tenant, 3, { headers })).toHaveLength(3);
    await open('', { headers, release: '2.5.0' });
    await eventually(() => expect(open(`/t/${tenant.key}`, { headers })).rejects.toMatchObject(REFUSED), WITHIN);
    await open(`/t/${tenant.key}`);
  });
});

describe('What sockets of a deployment send', () => {
  const LOCATION = { agent_id: 141, order_id: 10, lat: '1', lng: '2' };
  const dropped = async (reason: string): Promise<number> => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    return Number(new RegExp(`^anteroom_socket_events_dropped_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  };

  it('counts as its calls do: what is over their limit is dropped and counted', async () => {
    const tenant = await limited({ calls_per_second: 5 });
    const [socket, before] = [await open(`/t/${tenant.key}`), await dropped('too_many')];
    for (let sent = 0; sent < 60; sent++) socket.socket.emit('save-user-location', LOCATION);
    await eventually(async () => expect(socket.payloads('agent-location-141').length + (await dropped('too_many')) - before).toBe(60), WITHIN);
    expect((await dropped('too_many')) - before).toBeGreaterThan(10);
    expect(socket.disconnects).toEqual([]);
  });

  it('by one deployment as much as it may be looked at does not keep that of another from being looked at', async () => {
    const [busy, other] = [await limited({}), await limited({})];
    const answer = { chatData: { _id: '641d731dee3408c461095a2b' } };
    const history = service.app.get(HistoryService);
    const isStored = history.isStored.bind(history);
    const held: (() => void)[] = [];
    const looked = import.meta.jest.spyOn(history, 'isStored').mockImplementation(async (tenant, id) => {
      if (tenant.database === busy.database) await new Promise<void>((resolve) => held.push(resolve));
      return isStored(tenant, id);
    });
    const before = await dropped('not_stored');
    for (const { socket } of await Promise.all([1, 2, 3].map(() => open(`/t/${busy.key}`)))) for (let sent = 0; sent < 50; sent++) socket.emit('save-message', answer);
    await eventually(() => expect(held.length).toBeGreaterThanOrEqual(25), WITHIN);
    (await open(`/t/${other.key}`)).socket.emit('save-message', answer);
    await eventually(async () => expect((await dropped('not_stored')) - before).toBe(1), WITHIN);
    expect(held).toHaveLength(25);
    held.forEach((go) => go());
    looked.mockRestore();
  });
});
