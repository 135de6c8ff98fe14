import { get, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

import request from 'supertest';

import { TenantAdminService } from '../src/admin/index.js';
import { Clusters, newId } from '../src/mongo/index.js';
import type { Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom, aStoredRoom, storeRooms } from './support/build.js';
import { eventually } from './support/eventually.js';
import { explain, monitored, onCommand } from './support/explain.js';
import { LIST_NAMES, LISTS, listRoute, aListedRoom, type ListName } from './support/lists.js';
import { dropAll, newTenant } from './support/tenants.js';

const GZIP = { 'accept-encoding': 'gzip' };
const PLAIN = { 'accept-encoding': 'identity' };
const KNOWN_MS = 10_000;

let service: TestApp;
let other: TestApp;
let tenant: Tenant;
const reads: string[] = [];

beforeAll(async () => {
  service = await startApp({ MONGODB_URI: monitored(process.env.MONGODB_URI!) });
  other = await startApp({ CONTROL_DATABASE: service.config.mongo.controlDatabase, ROOM_CACHE: '1b' });
  tenant = await newTenant(service);
  const client = await service.app.get(Clusters).default.client();
  onCommand(client, ({ databaseName, command, commandName }) => {
    if (databaseName === tenant.database && ['find', 'getMore'].includes(commandName)) reads.push('_id' in ((command.filter as object | undefined) ?? {}) ? 'rooms' : 'keys');
  });
});

afterAll(async () => {
  await dropAll(service);
  await Promise.all([service.close(), other.close()]);
});

const ask = (list: ListName, body: object = {}, { url } = service, of = tenant): request.Test => request(url).post(`/t/${of.key}${listRoute(list)}`).send({ ...LISTS[list](of.key), ...body });
const rooms = async (list: ListName, from = service) => (await ask(list, {}, from).expect(200)).body.roomData;

async function readsOf(work: () => Promise<unknown>): Promise<string[]> {
  reads.length = 0;
  await work();
  return [...reads];
}

describe.each(LIST_NAMES)('%s', (list) => {
  let room: Room;
  let own: Tenant;

  beforeAll(async () => {
    own = await newTenant(service);
    [room] = [aListedRoom(own.key)];
    await storeRooms(service, own, [room, aListedRoom(own.key), aListedRoom(own.key)]);
    // Another instance knows a new deployment when it looks next.
    await eventually(() => ask(list, {}, other, own).expect(200), { within: KNOWN_MS });
  });

  it('answers the same from memory as it did from the database, packed or plain, on every instance', async () => {
    const cold = await ask(list, {}, service, own).set(PLAIN).expect(200);
    const answers = await Promise.all([PLAIN, GZIP, GZIP].map((headers) => ask(list, {}, service, own).set(headers).expect(200)));
    const elsewhere = await ask(list, {}, other, own).set(GZIP).expect(200);
    for (const { body, headers } of [...answers, elsewhere]) expect([body, headers.etag]).toEqual([cold.body, cold.headers.etag]);
    expect(answers.map(({ headers }) => headers['content-encoding'])).toEqual([undefined, 'gzip', 'gzip']);
    expect(cold.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('is 304 without a body for whoever has it, until something in it changes', async () => {
    const { headers } = await ask(list, {}, service, own).expect(200);
    const again = (from = service): request.Test => ask(list, {}, from, own).set('if-none-match', `"other", ${headers.etag!}`);
    for (const from of [service, other]) {
      const { status, text, headers: kept } = await again(from);
      expect([status, text, kept.etag]).toEqual([304, '', headers.etag]);
    }
    expect((await ask(list, {}, service, own).set('if-none-match', headers.etag!.replace('W/', ''))).status).toBe(304);
    await aMessage(other, own, room._id, { message: 'news' });
    const { status, body, headers: changed } = await again();
    expect([status, body.roomData[0]._id]).toEqual([200, String(room._id)]);
    expect(changed.etag).not.toBe(headers.etag);
  });

  it('has another ETag for another page, deployment and settings', async () => {
    const etag = async (body: object, of = own): Promise<string> => (await ask(list, body, service, of).expect(200)).headers.etag!;
    const twin = await newTenant(service);
    const etags = [await etag({}), await etag({ limit: 1 }), await etag({ limit: 2 }), await etag({ updated_since: '2020-01-01' }), await etag({}, twin)];
    const changed = await service.app.get(TenantAdminService).put(own.key, { settings: { default_image: 'https://files.example/d.png' } });
    etags.push(await etag({}, changed));
    expect(new Set(etags).size).toBe(6);
  });
});

describe('A list', () => {
  it('shows every change that was answered, by this instance or another, in the next answer', async () => {
    const room = await aRoom(service, tenant);
    const newest = async (from: TestApp) => (await rooms('fetchRoomByUserAgent', from))[0];
    for (const [at, writer] of [service, other, service, other].entries()) {
      await aMessage(writer, tenant, room._id, { message: `${at}` });
      for (const reader of [service, other]) expect((await newest(reader)).chat_Data[0].message).toBe(`${at}`);
    }
    await request(other.url).put(`/t/${tenant.key}/api/room/raiseanissue/${String(room._id)}`).send({ isRaiseIssue: 1 }).expect(200);
    expect((await newest(service)).isRaiseIssue).toBe(true);
    await request(other.url).post(`/t/${tenant.key}/api/chat/joinRoomByID`).send({ room_id: String(room._id), user_type: 'user', user_id: 7 }).expect(200);
    expect((await newest(service)).user_Data).toHaveLength(2);
  });

  it('shows the newest of a hundred messages that are sent while it is asked for', async () => {
    const room = await aRoom(service, tenant);
    let sent = 0;
    const sending = (async () => {
      for (let at = 1; at <= 100; at++) {
        await aMessage(at % 2 === 0 ? service : other, tenant, room._id, { message: String(at) });
        sent = at;
      }
    })();
    while (sent < 100) {
      const least = sent;
      const [first] = await rooms('fetchRoomByUserAgent');
      expect(Number(first.chat_Data[0]?.message ?? 0)).toBeGreaterThanOrEqual(least);
    }
    await sending;
  });

  it('lacks no room that moves while it is read', async () => {
    const own = await newTenant(service);
    const all = Array.from({ length: 3_000 }, () => aStoredRoom(own.key));
    await storeRooms(service, own, all);
    const stored = (await service.app.get(Clusters).default.client()).db(own.database).collection('rooms');
    const state = { isOver: false };
    const moving = (async () => {
      while (!state.isOver) await stored.updateMany({}, [{ $set: { updated_date: '$$NOW', revision: newId() } }]);
    })();
    const found: number[] = [];
    for (let at = 0; at < 6; at++) {
      const { body } = await ask('fetchRoomByUserAgent', { updated_since: '2020-01-01' }, service, own);
      found.push(new Set((body.roomData as Room[]).map(({ _id }) => _id)).size);
    }
    state.isOver = true;
    await moving;
    expect(found).toEqual(found.map(() => all.length));
  });

  it('is answered while an index is made of which MongoDB has no moment yet', async () => {
    const own = await newTenant(service);
    await storeRooms(service, own, [aStoredRoom(own.key)]);
    const database = (await service.app.get(Clusters).default.client()).db(own.database);
    for (let at = 0; at < 10; at++) {
      await database.command({ createIndexes: 'rooms', indexes: [{ key: { [`own_${at}`]: 1 }, name: `own_${at}` }], writeConcern: { w: 1 } });
      const { body } = await ask('fetchRoomByUserAgent', {}, service, own).expect(200);
      expect(body.roomData).toHaveLength(1);
    }
  });

  it('asks MongoDB for keys alone where nothing has changed, and for what has changed in one command more', async () => {
    const room = await aRoom(service, tenant);
    await rooms('fetchRoomByUserAgent');
    expect(await readsOf(() => rooms('fetchRoomByUserAgent'))).toEqual(['keys']);
    expect(await readsOf(() => ask('fetchRoomByUserAgent', { limit: 1 }).expect(200))).toEqual(['keys']);
    await aMessage(other, tenant, room._id);
    expect(await readsOf(() => rooms('fetchRoomByUserAgent'))).toEqual(['keys', 'rooms']);
    expect(await readsOf(() => rooms('fetchRoomByUserAgent'))).toEqual(['keys']);
  });

  it('never answers a room of a list without participants to one with them, nor the reverse', async () => {
    const own = await newTenant(service);
    await storeRooms(service, own, [aListedRoom(own.key)]);
    const hasPeople = async (list: ListName): Promise<boolean> => 'user_Data' in (await ask(list, {}, service, own).expect(200)).body.roomData[0];
    const answers: boolean[] = [];
    for (const list of ['fetchRoomByClient', 'fetchAllRoom', 'fetchRoomByClient', 'fetchAllRoom'] as const) answers.push(await hasPeople(list));
    expect(answers).toEqual([false, true, false, true]);
  });

  it('of ten thousand rooms is whole at its first answer and at the next ones, packed too', async () => {
    const own = await newTenant(service);
    await storeRooms(service, own, Array.from({ length: 10_000 }, () => aStoredRoom(own.key, { vendor_name: newId().toHexString() })));
    const ids = async (headers: Record<string, string>): Promise<string> => {
      const { body } = await ask('fetchRoomByUserAgent', {}, service, own).set(headers).expect(200);
      return (body.roomData as { _id: string }[]).map(({ _id }) => _id).join();
    };
    const first = await ids(GZIP);
    expect(first.split(',')).toHaveLength(10_000);
    for (const headers of [GZIP, PLAIN, GZIP]) expect(await ids(headers)).toBe(first);
  });

  it.each(['br', 'deflate', 'gzip;q=0, br'])('is sent as it is to who takes no gzip: %s', async (encoding) => {
    const own = await newTenant(service);
    await storeRooms(service, own, Array.from({ length: 20 }, () => aStoredRoom(own.key)));
    const { headers, body } = await ask('fetchRoomByUserAgent', {}, service, own).set('accept-encoding', encoding).expect(200);
    expect([headers['content-encoding'], Number(headers['content-length'])]).toEqual([undefined, Buffer.byteLength(JSON.stringify(body))]);
  });

  it('is valid gzip for any client', async () => {
    const url = `${service.url}/t/${tenant.key}/api/room?room_id=none`;
    const response = await new Promise<IncomingMessage>((resolve) => get(url, { headers: GZIP }, resolve));
    const bytes = await response.toArray();
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(Buffer.concat(bytes as Buffer[])).toString())).toEqual({ roomData: [], status: true, statusCode: 200 });
  });
});

describe('A deployment with the indexes of an earlier version', () => {
  it('gets those of this one, by which its lists read no room, and loses the others', async () => {
    const own = await newTenant(service);
    const { app } = service;
    const cluster = app.get(Clusters).default;
    const client = await cluster.client();
    const collection = client.db(own.database).collection('rooms');
    await collection.createIndexes([
      { key: { agent_db: 1, agent_id: 1, type: 1, updated_date: -1, _id: -1 } },
      { key: { db_name: 1, type: 1, updated_date: -1, _id: -1, client_id: 1, vendor_id: 1 }, name: 'panel_order' },
      { key: { vendor_name: 1 }, name: 'of_the_operator' },
    ]);
    await storeRooms(service, own, [aStoredRoom(own.key)]);
    const found: Parameters<Parameters<typeof onCommand>[1]>[0][] = [];
    onCommand(client, (event) => found.push(event));
    await ask('fetchRoomByUserAgent', {}, service, own).expect(200);
    const keys = found.find(({ databaseName, commandName }) => databaseName === own.database && commandName === 'find')!;
    expect((await explain(client, keys)).examined).toBe(0);
    const names = (await collection.indexes()).map(({ name }) => name!);
    expect(names).toContain('of_the_operator');
    expect(names.filter((name) => name === 'panel_order' || name.endsWith('__id_-1'))).toEqual([]);
    expect(names).toHaveLength(9);
  });
});
