import { Agent, request, type OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';

import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { Listener, RELEASES } from './support/listener.js';
import { hasNginx, itWithNginx, Nginx } from './support/nginx.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(180_000);

const WITHIN = { within: 60_000 };
// nginx speaks to the instances from here, and this address alone is trusted; callers are on others.
const PROXY = '127.0.0.2';
const CALLER = '127.0.0.1';
const REQUIRED = { http: 'required', sockets: 'required' } as const;

let instances: TestApp[];
let nginx: Nginx;
/** Lets the address of `CALLER` in, and that alone. */
let tenant: Tenant;
/** Lets in what forged headers say, and nginx itself. */
let forged: Tenant;

if (!hasNginx) process.stderr.write('No nginx on the PATH (Debian: nginx-light): the tests of deploy/nginx are skipped.\n');

// Where all tests are skipped, none of this runs.
beforeAll(async () => {
  const first = await startApp({ TRUST_PROXY: PROXY });
  instances = [first, await startApp({ TRUST_PROXY: PROXY, CONTROL_DATABASE: first.config.mongo.controlDatabase })];
  nginx = await Nginx.start(instances.map(({ url }) => url), PROXY);
  tenant = await newTenant(first, { auth: REQUIRED, open_from: [`${CALLER}/32`], sub_domains: ['chat.acme.example'] });
  forged = await newTenant(first, { auth: REQUIRED, open_from: ['10.9.9.9/32', `${PROXY}/32`], sub_domains: ['chat.forged.example'] });
  for (const { url } of instances) await eventually(async () => expect(await statusAt(url, forged.key)).toBe(403), WITHIN);
});
afterAll(async () => {
  await nginx.stop();
  await dropAll(instances[0]!);
  await Promise.all(instances.map((instance) => instance.close()));
});

const LIST = { db_name: 'x', type: 'agent_to_user' };

async function statusAt(url: string, key: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${url}/t/${key}/api/room/fetchAllRoom`, { method: 'POST', headers, body: JSON.stringify(LIST) })).status;
}

interface Sent {
  readonly path: string;
  readonly from?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  readonly url?: string;
}

/** A call by nginx, from any address of this machine. */
async function call({ path, from = CALLER, headers = {}, body, url = nginx.url }: Sent): Promise<{ status: number; text: string }> {
  const agent = new Agent();
  return new Promise((resolve, reject) => {
    const sent = request(url + path, { agent, localAddress: from, method: body === undefined ? 'GET' : 'POST', headers: { 'content-type': 'application/json', ...headers } }, (answer) => {
      text(answer).then((said) => resolve({ status: answer.statusCode ?? 0, text: said }), reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const list = (key: string, rest: Partial<Sent> = {}): ReturnType<typeof call> => call({ path: `/t/${key}/api/room/fetchAllRoom`, body: JSON.stringify(LIST), ...rest });
const POLLING = '/socket.io/?EIO=4&transport=polling';

/** The session of a new polling client at this address. */
async function poll(from: string): Promise<string> {
  const { text: packet } = await call({ path: POLLING, from });
  return (JSON.parse(packet.slice(1)) as { sid: string }).sid;
}

/** Whether a client's next packet is taken: only by the instance that knows its session. */
async function isTaken(sid: string, where: { url?: string; from?: string }): Promise<boolean> {
  const { status } = await call({ path: `${POLLING}&sid=${sid}`, headers: { 'content-type': 'text/plain' }, body: '3', ...where });
  return status === 200;
}

async function instanceOf(sid: string): Promise<TestApp> {
  const taken = await Promise.all(instances.map(({ url }) => isTaken(sid, { url })));
  expect(taken.filter(Boolean)).toHaveLength(1);
  return instances[taken.indexOf(true)]!;
}

describe('Behind nginx with the configuration of deploy/nginx', () => {
  const ways = RELEASES.flatMap((release) => [[release, 'polling'] as const, [release, 'websocket'] as const]);

  itWithNginx.each(ways)('a socket of socket.io-client %s by %s is let in by its address and hears messages', async (release, transport) => {
    const room = await aRoom(instances[0]!, tenant);
    const listener = await Listener.open(`${nginx.url}/t/${tenant.key}`, { release, transports: [transport] });
    await new Calls(nginx, tenant).send(room._id, { message: `${release} ${transport}` }).expect(200);
    await eventually(() => expect(listener.texts()).toEqual([`${release} ${transport}`]), WITHIN);
    listener.close();
  });

  itWithNginx.each(RELEASES)('a socket of socket.io-client %s goes from polling to a websocket', async (release) => {
    const listener = await Listener.open(`${nginx.url}/t/${tenant.key}`, { release, transports: ['polling', 'websocket'] });
    await eventually(() => expect(listener.socket.io.engine).toMatchObject({ transport: { name: 'websocket' } }), WITHIN);
    expect(listener.disconnects).toEqual([]);
    listener.close();
  });

  itWithNginx('polling clients stay on their instance, each address on one, all addresses on both', async () => {
    const addresses = Array.from({ length: 24 }, (_, at) => `127.0.1.${at + 1}`);
    const found = await Promise.all(
      addresses.map(async (from) => {
        const sids = await Promise.all([poll(from), poll(from)]);
        expect(await Promise.all(sids.map((sid) => isTaken(sid, { from })))).toEqual([true, true]);
        const owners = await Promise.all(sids.map(instanceOf));
        expect(owners[0]).toBe(owners[1]);
        return owners[0];
      }),
    );
    expect(new Set(found)).toEqual(new Set(instances));
  });

  itWithNginx('an address is the one that called nginx, whatever the caller writes', async () => {
    expect((await list(tenant.key)).status).toBe(200);
    expect((await list(tenant.key, { from: '127.0.0.9' })).status).toBe(403);
    expect((await list(tenant.key, { from: '127.0.0.9', headers: { 'x-forwarded-for': CALLER } })).status).toBe(403);
    const lies = ['10.9.9.9', `10.9.9.9, ${PROXY}`, 'nonsense'].flatMap((address) => [{ 'x-forwarded-for': address }, { 'x-real-ip': address }, { forwarded: `for=${address}` }]);
    for (const headers of lies) expect((await list(forged.key, { headers })).status).toBe(403);
    await expect(Listener.open(`${nginx.url}/t/${forged.key}`, { headers: { 'x-forwarded-for': '10.9.9.9' } })).rejects.toBeDefined();
    expect((await list(tenant.key, { headers: { 'x-forwarded-for': 'nonsense' } })).status).toBe(200);
  });

  itWithNginx('a host is the one that was called', async () => {
    const called = (host: string): ReturnType<typeof call> => call({ path: '/api/room/fetchAllRoom', body: JSON.stringify({ type: 'agent_to_user' }), headers: { host, 'x-forwarded-host': 'chat.forged.example' } });
    expect((await called('chat.acme.example')).status).toBe(200);
    expect((await called('chat.forged.example')).status).toBe(403);
  });

  itWithNginx("a body that is too large gets the service's answer, and nobody gets the numbers of an instance", async () => {
    const { status, text: said } = await list(tenant.key, { body: JSON.stringify({ ...LIST, more: 'x'.repeat(300_000) }) });
    expect([status, JSON.parse(said)]).toMatchObject([413, { status: false, statusCode: 413 }]);
    expect((await call({ path: '/metrics' })).status).toBe(404);
  });

  itWithNginx('when an instance stops, calls are answered by the other and sockets connect to it', async () => {
    const room = await aRoom(instances[0]!, tenant);
    const listener = await Listener.open(`${nginx.url}/t/${tenant.key}`, { transports: ['polling'], reconnects: true });
    const leaving = await instanceOf(await poll(CALLER));
    instances = instances.filter((instance) => instance !== leaving);
    await leaving.close();
    const texts = Array.from({ length: 20 }, (_, at) => `message ${at}`);
    for (const message of texts) await new Calls(nginx, tenant).send(room._id, { message }).expect(200);
    await eventually(async () => {
      await new Calls(nginx, tenant).send(room._id, { message: 'heard again' }).expect(200);
      expect(listener.texts()).toContain('heard again');
    }, WITHIN);
    listener.close();
  });
});
