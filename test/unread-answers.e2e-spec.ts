import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import request from 'supertest';

import { DatabaseUnavailableError, newId } from '../src/mongo/index.js';
import { MessageRepository } from '../src/message/message.repository.js';
import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { eventually } from './support/eventually.js';
import { dropAll, newTenant } from './support/tenants.js';

const WITHIN = { within: 30_000 };
// As many as one page may have, and more than what lies between two sockets: 15 MB.
const MESSAGES = 1_000;
const LITTLE = 20_000;
// As `TRUST_PROXY` makes them known.
const [ADDRESS, OTHER_ADDRESS] = ['203.0.113.1', '203.0.113.2'];

let service: TestApp;
let tenant: Tenant;
let room: Room;

beforeAll(async () => {
  service = await startApp({ TRUST_PROXY: 'loopback', UNREAD_ANSWERS: '20mb', UNREAD_SECONDS: '2' });
  tenant = await newTenant(service);
  room = await aRoom(service, tenant);
  const first = await aMessage(service, tenant, room._id);
  // Nothing that could be packed.
  const all = Array.from({ length: MESSAGES - 1 }, (_, at) => ({ ...first, _id: newId(), seq: 2 + at, message: randomBytes(11_250).toString('base64'), brought_in: true as const }));
  await service.app.get(MessageRepository).insertAll(tenant, all);
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
});

const path = (): string => `/t/${tenant.key}/api/chat/${room._id.toHexString()}`;
const aPage = (address: string): request.Test => request(service.url).get(path()).query({ limit: 1 }).set('X-Forwarded-For', address);
const unread = async (of = service): Promise<number> => Number(/^anteroom_unread_bytes (\d+)$/m.exec((await request(of.url).get('/metrics')).text)?.[1]);

/** A connection that has asked for the history, in one page or, without a limit, in as many parts as it has, and reads nothing of it by itself. */
async function askForAll(address: string, { encoding = 'identity', query = `?limit=${MESSAGES}`, of = service } = {}): Promise<Socket> {
  const socket = connect(Number(new URL(of.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.pause();
  socket.write(`GET ${path()}${query} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${address}\r\nAccept-Encoding: ${encoding}\r\n\r\n`);
  return socket;
}

const closed = (socket: Socket): Promise<unknown> => {
  const end = once(socket, 'close');
  socket.resume();
  return end;
};
const lines = (of = service): Record<string, unknown>[] => of.log.filter(({ msg, status }) => msg === 'request' && status === 499);

describe('An answer that nobody reads', () => {
  it.each(['identity', 'gzip'])('is refused a second time, and given up (%s)', async (encoding) => {
    const before = lines().length;
    const socket = await askForAll(ADDRESS, { encoding });
    await eventually(async () => expect(await unread()).toBeGreaterThan(10_000_000), WITHIN);
    const { body, headers } = await aPage(ADDRESS).expect(503);
    expect([body, headers]).toMatchObject([{ error: 'OVERLOADED', status: false }, { 'retry-after': '1' }]);
    const told = service.log.filter(({ code }) => code === 'OVERLOADED');
    expect(new Set(told.map(({ level }) => level))).toEqual(new Set([40]));

    await eventually(() => expect(lines()).toHaveLength(before + 1), WITHIN);
    expect(await unread()).toBe(0);
    await aPage(ADDRESS).expect(200);
    await closed(socket);
  });

  it('takes neither another deployment nor, up to its half, another caller its answers', async () => {
    const other = await newTenant(service);
    const its = await aRoom(service, other);
    const socket = await askForAll(ADDRESS);
    await eventually(async () => expect(await unread()).toBeGreaterThan(10_000_000), WITHIN);
    await request(service.url).get(`/t/${other.key}/api/chat/${its._id.toHexString()}`).set('X-Forwarded-For', ADDRESS).expect(200);
    socket.destroy();
    await eventually(async () => expect(await unread()).toBe(0), WITHIN);
    await aPage(OTHER_ADDRESS).expect(200);
  });
});

describe('An answer that is read slowly', () => {
  it('is read to its end', async () => {
    const socket = await askForAll(ADDRESS);
    let bytes = 0;
    let head = '';
    while (!/content-length: (\d+)/i.test(head) || bytes < Number(/content-length: (\d+)/i.exec(head)?.[1])) {
      const part = (socket.read(LITTLE) ?? socket.read()) as Buffer | null;
      if (head === '' && part !== null) head = part.toString('latin1', 0, 2_000);
      bytes += part?.length ?? 0;
      expect(socket.destroyed).toBe(false);
      await new Promise(setImmediate);
    }
    expect(bytes).toBeGreaterThan(MESSAGES * 10_000);
    socket.destroy();
  });
});

/** Takes a little of its answer, now and then, until the connection is closed. */
async function trickle(socket: Socket): Promise<void> {
  while (!socket.closed) {
    socket.read(1_000);
    await unread();
  }
}

describe('An answer that is read too slowly', () => {
  let short: TestApp;
  beforeAll(async () => {
    short = await startApp({ CONTROL_DATABASE: service.config.mongo.controlDatabase, ANSWER_SECONDS: '2' });
  });
  afterAll(() => short.close());

  it.each([`?limit=${MESSAGES}`, ''])('is given up although there is always something that is read (%s)', async (query) => {
    const before = lines(short).length;
    const socket = await askForAll(ADDRESS, { query, of: short });
    const trickled = trickle(socket);

    await eventually(() => expect(lines(short)).toHaveLength(before + 1), WITHIN);
    socket.resume();
    await trickled;
    expect(await unread(short)).toBe(0);
  });
});

describe('A whole history', () => {
  it.each(['identity', 'gzip'])('is answered in order however long it is (%s)', async (encoding) => {
    const { body } = await request(service.url).get(path()).set('Accept-Encoding', encoding).expect(200).expect('Content-Type', /^application\/json; charset=utf-8$/);

    expect((body as { seq: number }[]).map(({ seq }) => seq)).toEqual(Array.from({ length: MESSAGES }, (_, at) => at + 1));
  });

  it('is answered from a message on, or up to one, as well', async () => {
    const ask = async (query: object): Promise<number[]> => ((await request(service.url).get(path()).query(query).expect(200)).body as { seq: number }[]).map(({ seq }) => seq);
    const { body } = await request(service.url).get(path()).query({ limit: 1 });

    expect(await ask({ before: (body as { _id: string }[])[0]?._id })).toEqual(Array.from({ length: MESSAGES - 1 }, (_, at) => at + 1));
    expect(await ask({ after_seq: 100 })).toEqual(Array.from({ length: MESSAGES - 100 }, (_, at) => at + 101));
  });

  it('is in memory in parts only, and given up where nobody reads it', async () => {
    const before = lines().length;
    const socket = await askForAll(ADDRESS, { query: '' });
    const seen: number[] = [];
    await eventually(async () => {
      seen.push(await unread());
      expect(lines()).toHaveLength(before + 1);
    }, WITHIN);

    expect(Math.max(...seen)).toBeGreaterThan(0);
    // Half of it is one part.
    expect(Math.max(...seen)).toBeLessThan(10_000_000);
    expect(await unread()).toBe(0);
    await closed(socket);
  });

  it('is broken off, and never short, where the rest cannot be read', async () => {
    const messages = service.app.get(MessageRepository);
    const read = messages.findByRoom.bind(messages);
    const reading = import.meta.jest.spyOn(messages, 'findByRoom').mockImplementation((of, id, window) => (window.after === undefined ? read(of, id, window) : Promise.reject(new DatabaseUnavailableError())));

    await expect(request(service.url).get(path())).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    reading.mockRestore();
  });
});

describe('A poll of a socket', () => {
  it('may wait for longer than an answer may be left unread', async () => {
    const session = `${service.url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(session)).text()).slice(1)) as { sid: string };
    await fetch(`${session}&sid=${sid}`, { method: 'POST', body: `40/t/${tenant.key},` });
    expect(await (await fetch(`${session}&sid=${sid}`)).text()).toMatch(/^40/);
    const polled = fetch(`${session}&sid=${sid}`).then((answer) => answer.text());
    const before = lines().length;
    const socket = await askForAll(ADDRESS);
    await eventually(() => expect(lines()).toHaveLength(before + 1), WITHIN);
    socket.destroy();
    await aMessage(service, tenant, (await aRoom(service, tenant))._id, { message: 'heard' });
    expect(await polled).toContain('heard');
  });
});
