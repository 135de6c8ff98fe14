import mongoose from 'mongoose';

import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { eventually } from './support/eventually.js';
import { Listener, RELEASES } from './support/listener.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { dropAll, newTenant } from './support/tenants.js';

const HOST = 'chat.acme.example';
const WITHIN = { within: 40_000 };

/** `service` reaches MongoDB through `proxy`, `other` does not. */
let proxy: TcpProxy;
let service: TestApp;
let other: TestApp;
let tenant: Tenant;
let room: Room;
let listener: Listener;

beforeAll(async () => {
  other = await startApp();
  tenant = await newTenant(other, { sub_domains: [HOST] });
  proxy = await TcpProxy.start(await primary());
  service = await startApp({ CONTROL_DATABASE: other.config.mongo.controlDatabase, MONGODB_URI: throughProxy() });
});

afterAll(async () => {
  proxy.pass();
  await service.close();
  await dropAll(other);
  await other.close();
  await proxy.close();
});

beforeEach(async () => {
  room = await aRoom(other, tenant);
  listener = await Listener.open(`${service.url}/t/${tenant.key}`);
});

afterEach(() => {
  listener.close();
});

async function primary(): Promise<{ host: string; port: number }> {
  const client = new mongoose.mongo.MongoClient(process.env.MONGODB_URI!);
  const hello: { primary?: string } = await client.db('admin').command({ hello: 1 });
  await client.close();
  const { hostname, port } = new URL(`tcp://${hello.primary!}`);
  return { host: hostname, port: Number(port) };
}

function throughProxy(): string {
  const uri = new URL(process.env.MONGODB_URI!);
  uri.host = `127.0.0.1:${proxy.port}`;
  // Without this the driver would ask the replica set for its members' addresses and go round the proxy.
  uri.searchParams.delete('replicaSet');
  uri.searchParams.set('directConnection', 'true');
  return uri.href;
}

const send = (message: string, { app } = { app: other }): Promise<unknown> => aMessage(app, tenant, room._id, { message });
const heard = (expected: string[]): Promise<void> => eventually(() => expect(listener.texts('new-app-message')).toEqual(expected), WITHIN);

describe('The change stream', () => {
  it.each(['refuse', 'silence'] as const)('that MongoDB breaks (%s) is resumed: what was stored meanwhile is told once each, in order', async (fault) => {
    await send('before');
    await heard(['before']);
    proxy[fault]();
    for (const text of ['one', 'two', 'three']) await send(text);
    expect(listener.texts()).toEqual(['before']);
    proxy.pass();
    await send('four');
    await heard(['before', 'one', 'two', 'three', 'four']);
    await send('five');
    await heard(['before', 'one', 'two', 'three', 'four', 'five']);
    expect(listener.texts()).toEqual(['before', 'one', 'two', 'three', 'four', 'five']);
    expect([listener.disconnects, listener.payloads('room-created').length]).toEqual([[], 1]);
  });

  it('says in the log that it was broken and is open again', async () => {
    const said = (word: RegExp): number => service.log.filter(({ msg }) => word.test(String(msg))).length;
    const [broken, open] = [said(/change stream is broken/), said(/change stream is open again/)];
    proxy.refuse();
    await eventually(() => expect(said(/change stream is broken/)).toBe(broken + 1), WITHIN);
    proxy.pass();
    await eventually(() => expect(said(/change stream is open again/)).toBe(open + 1), WITHIN);
  });
});

describe('A service that stops', () => {
  it.each(RELEASES)('closes its connections, and a client of %s comes back to the next one on its port', async (release) => {
    const first = await startApp({ CONTROL_DATABASE: other.config.mongo.controlDatabase });
    const faithful = await Listener.open(`${first.url}/t/${tenant.key}`, { release, reconnects: true });
    await first.close();
    await eventually(() => expect(faithful.disconnects).toHaveLength(1), WITHIN);
    const second = await startApp({ CONTROL_DATABASE: other.config.mongo.controlDatabase, PORT: new URL(first.url).port });
    await eventually(() => expect(faithful.socket.connected).toBe(true), WITHIN);
    await send('welcome back');
    await eventually(() => expect(faithful.texts('new-app-message')).toEqual(['welcome back']), WITHIN);
    faithful.close();
    await second.close();
  });
});

describe('A service whose database was away from the start', () => {
  it('lets sockets in as soon as it knows its deployments, and pushes from then on', async () => {
    proxy.refuse();
    const late = await startApp({ CONTROL_DATABASE: other.config.mongo.controlDatabase, MONGODB_URI: throughProxy() });
    const patient = Listener.of(`${late.url}/t/${tenant.key}`, { reconnects: true });
    const patientToo = Listener.of(`${late.url}/t/${tenant.key}`, { reconnects: true, release: '2.5.0' });
    const byHost = RELEASES.map((release) => Listener.of(late.url, { reconnects: true, release, headers: { host: HOST } }));
    proxy.pass();
    for (const { socket } of [patient, patientToo, ...byHost]) await eventually(() => expect(socket.connected).toBe(true), WITHIN);
    await eventually(async () => {
      await send('hello');
      expect([patient, patientToo, ...byHost].map((one) => one.texts().includes('hello'))).toEqual([true, true, true, true, true]);
    }, WITHIN);
    for (const one of [patient, patientToo, ...byHost]) one.close();
    await late.close();
  });
});
