import type { mongo } from 'mongoose';

import { MessageRepository } from '../src/message/index.js';
import { Clusters, newId } from '../src/mongo/index.js';
import type { Message, Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aRoom } from './support/build.js';
import { Calls } from './support/calls.js';
import { onCommand } from './support/explain.js';
import { dropAll, newTenant } from './support/tenants.js';

const MANY = 2_345;
const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);
const seqs = (messages: readonly Record<string, unknown>[]): number[] => messages.map(({ seq }) => Number(seq));

let service: TestApp;
let client: mongo.MongoClient;
let tenant: Tenant;
let calls: Calls;
let quiet: Room;
let busy: Room;
const started: mongo.CommandStartedEvent[] = [];

beforeAll(async () => {
  const uri = process.env.MONGODB_URI ?? '';
  const monitored = `${uri}${uri.includes('?') ? '&' : `${/\/\/[^/]+\//.test(uri) ? '' : '/'}?`}monitorCommands=true`;
  service = await startApp({ MONGODB_URI: monitored });
  client = await service.app.get(Clusters).default.run(async (connection) => connection.getClient());
  onCommand(client, (event) => started.push(event));
  tenant = await newTenant(service);
  calls = new Calls(service, tenant);
  quiet = await aRoom(service, tenant);
  busy = await aRoom(service, tenant);
  // Ids go against the order of the room, as those of an import can.
  const ids = upTo(MANY).map(() => newId());
  const message = (seq: number): Message => ({
    _id: ids[MANY - seq]!,
    room: busy._id,
    room_name: busy.room_name,
    user_type: 'agent',
    message: String(seq),
    created_date: new Date(Date.UTC(2024, 0, 1) + Math.floor(seq / 3)),
    __v: 0,
    seq,
  });
  const other = await aRoom(service, tenant);
  await service.app.get(MessageRepository).insertAll(tenant, upTo(MANY).map(message));
  await service.app.get(MessageRepository).insertAll(tenant, upTo(50).map((seq) => ({ ...message(seq), _id: newId(), room: other._id })));
});
afterAll(async () => {
  await dropAll(service);
  await service.close();
});

const page = (query: string): Promise<Record<string, unknown>[]> => calls.history(busy._id, query);
const range = (from: number, to: number): number[] => upTo(to).slice(from - 1);

describe('The history of a room', () => {
  it('is a bare array of everything without parameters, oldest first', async () => {
    const { body, headers } = await calls.get(`/api/chat/${String(busy._id)}`).expect(200);
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(seqs(body)).toEqual(upTo(MANY));
  });

  it('is [] for a room without messages, whatever part of it is asked for', async () => {
    for (const query of ['', '?limit=5', '?after_seq=0', '?after_seq=9&limit=1']) expect(await calls.history(quiet._id, query)).toEqual([]);
  });

  it('is the newest messages with limit, still oldest first', async () => {
    expect(seqs(await page('?limit=1'))).toEqual([MANY]);
    expect(seqs(await page('?limit=3'))).toEqual([MANY - 2, MANY - 1, MANY]);
    expect(seqs(await page('?limit=1000'))).toEqual(range(MANY - 999, MANY));
  });

  it('is the newest before a message, with limit and without', async () => {
    const [middle] = await page('?after_seq=1199&limit=1');
    expect(middle?.seq).toBe(1_200);
    expect(seqs(await page(`?before=${String(middle?._id)}`))).toEqual(upTo(1_199));
    expect(seqs(await page(`?before=${String(middle?._id).toUpperCase()}&limit=2`))).toEqual([1_198, 1_199]);
  });

  it('is the oldest after a seq, with limit and without', async () => {
    expect(seqs(await page('?after_seq=0&limit=2'))).toEqual([1, 2]);
    expect(seqs(await page('?after_seq=1200&limit=3'))).toEqual([1_201, 1_202, 1_203]);
    expect(seqs(await page('?after_seq=2000'))).toEqual(range(2_001, MANY));
    expect(await page(`?after_seq=${MANY}`)).toEqual([]);
    expect(await page('?after_seq=999999999999999')).toEqual([]);
  });

  it.each([1_000, 999, 100, 345])('read backwards in pages of %i is whole, without gap or repeat', async (limit) => {
    let read: Record<string, unknown>[] = [];
    for (let query = `?limit=${limit}`; ; query = `?limit=${limit}&before=${String(read[0]?._id)}`) {
      const found = await page(query);
      if (found.length === 0) break;
      expect(found.length).toBeLessThanOrEqual(limit);
      read = [...found, ...read];
    }
    expect(seqs(read)).toEqual(upTo(MANY));
  });

  it.each([1_000, 999, 100, 345])('read forwards in pages of %i is whole, without gap or repeat', async (limit) => {
    const read: Record<string, unknown>[] = [];
    for (let after = 0; ; after = Number(read.at(-1)?.seq)) {
      const found = await page(`?limit=${limit}&after_seq=${after}`);
      if (found.length === 0) break;
      expect(found.length).toBeLessThanOrEqual(limit);
      read.push(...found);
    }
    expect(seqs(read)).toEqual(upTo(MANY));
  });

  it('read forwards by a reader who knows the last seq gets what was sent meanwhile, once', async () => {
    const room = await aRoom(service, tenant);
    for (const message of ['1', '2']) await calls.send(room._id, { message }).expect(200);
    const known = await calls.history(room._id);
    for (const message of ['3', '4']) await calls.send(room._id, { message }).expect(200);
    const news = await calls.history(room._id, `?after_seq=${String(known.at(-1)?.seq)}`);
    expect([...known, ...news]).toEqual(await calls.history(room._id));
    expect(news.map(({ message }) => message)).toEqual(['3', '4']);
  });

  it('ignores parameters that it does not know', async () => {
    expect(await page('?limit=1&page=2&room=x&filter[$ne]=1&_=123')).toEqual(await page('?limit=1'));
  });
});

describe('The history', () => {
  it.each(['limit=', 'before=', 'after_seq=', 'limit=&before=&after_seq='])('takes ?%s, which old clients send for nothing, as nothing', async (query) => {
    expect(await page(`?${query}`)).toEqual(await page(''));
  });
});

describe('The history refuses', () => {
  const invalid = (message: RegExp): object => ({ status: false, statusCode: 400, error: 'VALIDATION_FAILED', message: expect.stringMatching(message) });
  const noRoom = { status: false, statusCode: 404, error: 'ROOM_NOT_FOUND', message: 'No room found!' };

  it.each<[string, RegExp]>([
    ['limit=0', /limit/],
    ['limit=1001', /limit/],
    ['limit=-1', /limit/],
    ['limit=1.5', /limit/],
    ['limit=x', /limit/],
    ['limit=1&limit=2', /limit/],
    ['after_seq=-1', /after_seq/],
    ['after_seq=1.5', /after_seq/],
    ['after_seq=x', /after_seq/],
    ['after_seq=1&after_seq=2', /after_seq/],
    ['before=x', /before/],
    ['before=123', /before/],
  ])('?%s, by name', async (query, message) => {
    expect((await calls.get(`/api/chat/${String(busy._id)}?${query}`).expect(400)).body).toEqual(invalid(message));
  });

  it('before together with after_seq', async () => {
    const [message] = await page('?limit=1');
    const { body } = await calls.get(`/api/chat/${String(busy._id)}?before=${String(message?._id)}&after_seq=1`).expect(400);
    expect(body).toEqual(invalid(/before and after_seq/));
  });

  it('a message of another room, or of none, for before', async () => {
    const [message] = await page('?limit=1');
    for (const id of [message?._id, newId()]) {
      expect((await calls.get(`/api/chat/${String(quiet._id)}?before=${String(id)}`).expect(400)).body).toEqual(invalid(/before/));
    }
  });

  it.each(['133', 'undefined', 'null', '[object Object]', '641d731dee3408c461095a2', 'sendMessageJoin'])('%s for a room', async (id) => {
    expect((await calls.get(`/api/chat/${encodeURIComponent(id)}`).expect(400)).body).toMatchObject(invalid(/roomId/));
  });

  it('an unknown room as 404, whatever part of it is asked for', async () => {
    const [message] = await page('?limit=1');
    for (const query of ['', '?limit=1', '?after_seq=1', `?before=${String(message?._id)}`]) {
      expect((await calls.get(`/api/chat/${String(newId())}${query}`).expect(404)).body).toEqual(noRoom);
    }
  });
});

describe('The query of a history', () => {
  function valuesUnder(name: string, plan: unknown): string[] {
    if (typeof plan !== 'object' || plan === null) return [];
    return Object.entries(plan).flatMap(([key, value]) => (key === name && typeof value === 'string' ? [value] : valuesUnder(name, value)));
  }

  /** The commands that a call sends to the tenant's database. */
  async function commandsOf(query: string): Promise<mongo.CommandStartedEvent[]> {
    const before = started.length;
    await page(query);
    return started.slice(before).filter(({ databaseName }) => databaseName === tenant.database);
  }

  /** What MongoDB does for a find as it was sent. */
  async function explained({ command }: mongo.CommandStartedEvent): Promise<{ stages: string[]; indexes: string[]; examined: number; keys: number }> {
    const { find, filter, sort, limit, batchSize } = command;
    const sent = Object.fromEntries(Object.entries({ find, filter, sort, limit, batchSize }).filter(([, value]) => value !== undefined));
    const plan = await client.db(tenant.database).command({ explain: sent, verbosity: 'executionStats' });
    const { totalDocsExamined: examined, totalKeysExamined: keys } = plan.executionStats;
    return { stages: valuesUnder('stage', plan.queryPlanner.winningPlan), indexes: valuesUnder('indexName', plan.queryPlanner.winningPlan), examined, keys };
  }

  it.each<[string, number]>([
    ['?limit=1', 1],
    ['?limit=1000', 1_000],
    ['?after_seq=0&limit=1000', 1_000],
    ['?after_seq=2000', MANY - 2_000],
    ['?after_seq=1200&limit=10', 10],
  ])('is one find in the order of its index, and reads no document in vain: "%s"', async (query, count) => {
    const [find, ...more] = await commandsOf(query);
    expect([find?.commandName, more.map(({ commandName }) => commandName)]).toEqual(['find', []]);
    const { stages, indexes, examined, keys } = await explained(find!);
    expect(stages).toContain('IXSCAN');
    expect(stages).not.toEqual(expect.arrayContaining(['SORT']));
    expect(stages).not.toEqual(expect.arrayContaining(['COLLSCAN']));
    expect(indexes).toEqual(['room_1_seq_1']);
    expect(examined).toBe(count);
    expect(keys).toBeLessThanOrEqual(count + 1);
  });

  it('without a limit is one find for each part, and reads no document twice', async () => {
    const finds = await commandsOf('');
    const parts = await Promise.all(finds.map(explained));
    expect(new Set(finds.map(({ commandName }) => commandName))).toEqual(new Set(['find']));
    expect(parts.length).toBeGreaterThan(1);
    expect(new Set(parts.flatMap(({ indexes }) => indexes))).toEqual(new Set(['room_1_seq_1']));
    expect(parts.flatMap(({ stages }) => stages)).not.toEqual(expect.arrayContaining(['SORT']));
    expect(parts.map(({ examined }) => examined).reduce((sum, one) => sum + one, 0)).toBe(MANY);
  });

  it.each(['&limit=10', ''])('with before is one more, by the id of that message%s', async (limit) => {
    const [message] = await page('?after_seq=1199&limit=1');
    const [first, ...finds] = await commandsOf(`?before=${String(message?._id)}${limit}`);
    const byId = await explained(first!);
    const windows = await Promise.all(finds.map(explained));
    expect([byId.examined, byId.keys]).toEqual([1, 1]);
    expect(new Set(windows.flatMap(({ indexes }) => indexes))).toEqual(new Set(['room_1_seq_1']));
    expect(windows.flatMap(({ stages }) => stages)).not.toEqual(expect.arrayContaining(['SORT']));
    expect(windows.map(({ examined }) => examined).reduce((sum, one) => sum + one, 0)).toBe(limit === '' ? 1_199 : 10);
  });
});
