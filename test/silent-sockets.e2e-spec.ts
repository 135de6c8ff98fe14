import { once } from 'node:events';

import { WebSocket } from 'ws';

import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { eventually } from './support/eventually.js';
import { Listener, RELEASES, type ListenerOptions } from './support/listener.js';
import { scrape } from './support/scrape.js';
import { dropAll, newTenant } from './support/tenants.js';
import { signedWith } from './support/tokens.js';

const WITHIN = { within: 20_000 };
const SECRET = 'of-acme-only-0123456789-0123456789';
const HOST = 'chat.silent.example';
// 40 % of what a deployment may have, as of those that hear.
const MOST = 4;

let service: TestApp;
let guarded: Tenant;
let addresses = 0;
const open: { close(): void }[] = [];

beforeAll(async () => {
  service = await startApp({ TRUST_PROXY: 'loopback', SOCKETS: '10' });
  guarded = await newTenant(service, { auth: { http: 'required', sockets: 'required' }, sub_domains: [HOST], settings: { jwt: { secret: SECRET } } });
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
});

afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

const anAddress = (): string => `203.0.113.${++addresses}`;

function join(path: string, address: string, { headers, ...options }: ListenerOptions = {}): Listener {
  const listener = Listener.of(service.url + path, { ...options, headers: { 'x-forwarded-for': address, ...headers } });
  open.push(listener);
  return listener;
}

/** A connection of engine.io 4 that has said nothing yet. */
async function connect(address: string): Promise<WebSocket> {
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, { headers: { 'x-forwarded-for': address } });
  open.push(socket);
  await once(socket, 'message');
  return socket;
}

const isOpen = ({ readyState }: WebSocket): boolean => readyState === WebSocket.OPEN;
const said = (socket: WebSocket, frame: string): Promise<unknown> => {
  const answer = once(socket, 'message');
  socket.send(frame);
  return answer;
};

async function connectOneByOne(count: number, address: string, frame: string | null): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  for (let at = 0; at < count; at++) {
    const socket = await connect(address);
    if (frame !== null) await said(socket, frame);
    sockets.push(socket);
  }
  return sockets;
}

describe('Connections of one address that hear nobody', () => {
  it.each<[string, string | null]>([
    ['that say nothing', null],
    ['whose token is refused', '40{"token":"made-up"}'],
    ['that are refused in a namespace', '40/t/nobody,'],
  ])('are a few: of those %s the oldest are closed', async (_which, frame) => {
    const [here, elsewhere] = [anAddress(), anAddress()];
    const others = await connectOneByOne(MOST, elsewhere, frame);
    const sockets = await connectOneByOne(MOST + 3, here, frame);
    await eventually(() => expect(sockets.map(isOpen)).toEqual([false, false, false, true, true, true, true]), WITHIN);
    expect(others.map(isOpen)).toEqual([true, true, true, true]);
  });

  it.each(RELEASES)('are a few, of %s in the default namespace too, and come again by themselves', async (release) => {
    const here = anAddress();
    const headers = { host: HOST, authorization: 'made-up' };
    const listeners = Array.from({ length: MOST + 1 }, () => join('', here, { release, headers, reconnects: true }));
    await eventually(() => expect(listeners.flatMap(({ disconnects }) => disconnects)).toContain('transport close'), WITHIN);
    const closed = listeners.find(({ disconnects }) => disconnects.length > 0) as Listener;
    await eventually(() => expect(closed.socket.connected).toBe(true), WITHIN);
  });

  it.each(RELEASES)('keep out nobody of %s who is let in, and take nobody’s place', async (release) => {
    const here = anAddress();
    const silent = await connectOneByOne(MOST, here, '40{"token":"made-up"}');
    const authorization = await signedWith(SECRET);
    const mine = [join('', here, { release, headers: { host: HOST, authorization } }), join(`/t/${guarded.key}`, here, { release, headers: { authorization } })];
    await eventually(() => expect(mine.map(({ socket }) => socket.connected)).toEqual([true, true]), WITHIN);
    await connectOneByOne(2 * MOST, here, null);
    await eventually(() => expect(silent.some(isOpen)).toBe(false), WITHIN);
    await aMessage(service, guarded, (await aRoom(service, guarded))._id, { message: 'to who is in' });
    await eventually(() => expect(mine.map((listener) => listener.texts())).toEqual([['to who is in'], ['to who is in']]), WITHIN);
    expect(mine.flatMap(({ disconnects, faults }) => [...disconnects, ...faults])).toEqual([]);
  });

  it('are those too that left what they heard, and not those that come again', async () => {
    const [here, authorization] = [anAddress(), await signedWith(SECRET)];
    const name = `/t/${guarded.key},`;
    const [left, back] = (await connectOneByOne(2, here, `40${name}${JSON.stringify({ token: authorization })}`)) as [WebSocket, WebSocket];
    for (const socket of [left, back]) socket.send(`41${name}`);
    // Clients do not come again in the same breath.
    await scrape(service);
    await said(back, `40${name}${JSON.stringify({ token: authorization })}`);
    const later = await connectOneByOne(MOST, here, null);
    await eventually(() => expect(isOpen(left)).toBe(false), WITHIN);
    expect([isOpen(back), ...later.map(isOpen)]).toEqual([true, true, true, true, true]);
  });
});
