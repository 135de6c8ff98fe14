import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import mongoose, { type mongo } from 'mongoose';
import request from 'supertest';

import type { Deployment } from '../src/maintenance/index.js';
import { newId } from '../src/mongo/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage } from './support/build.js';
import { builtFolder } from './support/built.js';
import { digestOf } from './support/digest.js';
import { eventually } from './support/eventually.js';
import { moveIn, type Moved } from './support/importing.js';
import { Listener } from './support/listener.js';
import { fillOldData, oldId, type OldData } from './support/old-data.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(300_000);

const SIZE = { deployments: 5, rooms: 2_500, messages: 50_000 };
// A busy machine is not what is tested.
const PATIENT = { DATABASE_TIMEOUT_MS: '2500' };
const MOST_SENT = 500;
const SOON = { within: 60_000 };

/** As much of an answer as the tests look at by name. */
interface Row {
  readonly _id: string;
  readonly room_name: string;
  readonly updated_date: string;
  readonly seq: number;
  readonly room_id: string;
  readonly room: string;
  readonly isRaiseIssue: boolean;
  readonly user_Data: readonly Row[];
  readonly chat_Data: readonly Row[];
}

/** The answers that hold one another's parts. */
interface Answer extends Row {
  readonly userData: readonly Row[];
  readonly RoomUser: Row;
  readonly chatData: Row;
}

/** What the replaced service has of one name: participants once each, messages in their order. */
interface Expected {
  readonly ids: string[];
  readonly people: Set<string>;
  readonly messages: { readonly id: string; readonly at: number }[];
}

/** As much of the specification as says what takes a room's id. */
interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: { readonly $ref?: string } }>> };
}
interface Specification {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties?: { readonly room_id?: { readonly pattern?: string } } }>> };
}

let service: TestApp;
let client: mongo.MongoClient;
let old: mongo.Db;
let data: OldData;
let tenant: Tenant;
let stored: mongo.Db;
let moved: Moved;
let expected: Map<string, Expected>;

const deploymentOf = (at: number): Deployment => ({ dbNames: [`shop${at}`], agentDbs: [] });

beforeAll(async () => {
  service = await startApp(PATIENT);
  client = await new mongoose.mongo.MongoClient(process.env.MONGODB_URI ?? '').connect();
  old = client.db(`test_old_${newId().toHexString()}`);
  data = await fillOldData(old, SIZE);
  expected = await readOld('shop0');
  tenant = await newTenant(service);
  stored = client.db(tenant.database);
  moved = await moveIn(service, tenant, old.databaseName, { deployment: deploymentOf(0) });
});
afterAll(async () => {
  await old.dropDatabase();
  await dropAll(service);
  await Promise.all([service.close(), client.close()]);
});

const post = async <T = Answer>(path: string, body: object): Promise<T> => {
  const answer = await request(service.url).post(`/t/${tenant.key}${path}`).send(body);
  expect([answer.status, answer.body.message]).toEqual([200, answer.body.message]);
  return answer.body;
};
const get = async <T = Answer>(path: string): Promise<T> => (await request(service.url).get(`/t/${tenant.key}${path}`).expect(200)).body;

/** What the replaced service has of a deployment, by room name. */
async function readOld(dbName: string): Promise<Map<string, Expected>> {
  const byName = new Map<string, Expected & { readonly created: number }>();
  const byId = new Map<string, string>();
  for (const room of await old.collection('rooms').find({ db_name: dbName }).sort({ _id: 1 }).toArray()) {
    const id = room._id.toHexString();
    const created = room.created_date === undefined ? room._id.getTimestamp().getTime() : new Date(room.created_date as Date).getTime();
    const one = byName.get(room.room_name as string) ?? { ids: [], people: new Set(), messages: [], created };
    one.ids.push(id);
    byName.set(room.room_name as string, one);
    byId.set(id, room.room_name as string);
  }
  for (const one of await old.collection('roomusers').find().toArray()) {
    const who = one.user_type === 'vendor' ? 'vendor' : one.user_type === 'admin' ? `admin ${one.email}` : `${one.user_type} ${one.auth_user_id}`;
    byName.get(byId.get(String(one.room_id)) ?? '')?.people.add(who);
  }
  for (const one of await old.collection('chats').find({}, { projection: { room: 1, created_date: 1 } }).toArray()) {
    const room = byName.get(byId.get(String(one.room)) ?? '');
    room?.messages.push({ id: one._id.toHexString(), at: one.created_date === undefined ? room.created : new Date(one.created_date as Date).getTime() });
  }
  for (const { messages } of byName.values()) messages.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  return byName;
}

/** The calls of the specification that take a room's `_id`, in the path or in the body; no event does. */
async function findCallsWithRoomId(): Promise<string[]> {
  const { paths, components } = JSON.parse(await readFile(new URL('../swagger/openapi.json', import.meta.url), 'utf8')) as Specification;
  const isRoomId = ({ requestBody }: Operation): boolean => {
    const name = requestBody?.content['application/json']?.schema.$ref?.split('/').at(-1) ?? '';
    return components.schemas[name]?.properties?.room_id?.pattern?.includes('{24}') === true;
  };
  return Object.entries(paths)
    .flatMap(([path, operations]) => Object.entries(operations).filter(([, one]) => /^\/api\/.*\{(id|roomId)\}$/.test(path) || isRoomId(one)).map(([method]) => `${method} ${path}`))
    .sort();
}

/** The built command, moving the first deployment into the tenant. */
async function startCommand(key: string): Promise<ReturnType<typeof spawn>> {
  const { PATH, HOME, MONGODB_URI } = process.env;
  const env = { PATH, HOME, MONGODB_URI, CONTROL_DATABASE: service.config.mongo.controlDatabase, ...PATIENT };
  const file = join(tmpdir(), `import-${key}.json`);
  const args = ['import', '--from', MONGODB_URI!, '--database', old.databaseName, '--tenant', key, '--db-name', 'shop0', '--report', file];
  return spawn(process.execPath, [join(await builtFolder(), 'cli.js'), ...args], { env, stdio: 'ignore' });
}

describe('Moving a deployment in', () => {
  it('brings all of its rooms, participants and messages, and says what it left and why', async () => {
    const [ours, ...others] = data.deployments;
    const people = [...expected.values()].reduce((sum, one) => sum + one.people.size, 0);
    expect(moved.faults).toEqual([]);
    expect(moved).toMatchObject({ agrees: true, rooms_that_differ: 0, not_understood: { rooms: 0, roomusers: 0, chats: 0, userlocations: 0 } });
    expect(moved.written).toEqual({ rooms: ours!.rooms, roomusers: people, chats: ours!.messages, userlocations: 0 });
    expect(moved.merged).toEqual({ rooms: ours!.duplicateRooms, roomusers: ours!.participants - moved.written.roomusers, chats: 0, userlocations: 0 });
    expect(moved.skipped).toEqual({ rooms: 0, roomusers: data.participantsWithoutRoom, chats: data.messagesWithoutRoom, userlocations: 0 });
    expect(moved.findings.filter(({ what }) => what === 'skipped')).toHaveLength(data.participantsWithoutRoom + data.messagesWithoutRoom);
    expect(moved.fields_left_out).toEqual({ 'chats.seen_by': expect.any(Number) });
    expect(moved.of_others.chats).toBe(others.reduce((sum, { messages }) => sum + messages, 0));
    expect(moved.progress).toMatch(/\d+ of \d+ messages \(\d+ %\), \d+ a second, \d+ s left/);
  });

  it('keeps every id and gives each room its messages in the order of date and id', async () => {
    const seen = new Map<string, string[]>();
    for await (const { _id, room } of stored.collection('messages').find({}, { sort: { room: 1, seq: 1 }, projection: { room: 1 } })) {
      const ids = seen.get(String(room)) ?? [];
      seen.set(String(room), ids);
      ids.push(_id.toHexString());
    }
    const rooms = await stored.collection('rooms').find().toArray();
    const found = rooms.map(({ _id, room_name: name, seq, last_message: last }) => [name, String(_id), seq, String(last?._id), seen.get(String(_id))?.join()].join(' '));
    const wanted = [...expected].map(([name, { ids, messages }]) => [name, ids[0], messages.length, String(messages.at(-1)?.id), messages.map(({ id }) => id).join()].join(' '));
    // One by one, because jest takes minutes to compare them as a whole.
    const others = new Set(found);
    expect([found.length, wanted.filter((one) => !others.has(one))]).toEqual([wanted.length, []]);
  });

  it('comes to the same when it is killed three times and run again', async () => {
    const other = await newTenant(service);
    const messages = client.db(other.database).collection('messages');
    const count = data.deployments[0]!.messages;
    const moments = [0.05, 0.35, 0.6].map((part) => Math.floor(part * count) + randomInt(Math.floor(0.2 * count)));
    for (const moment of moments) {
      const child = await startCommand(other.key);
      await eventually(async () => expect(await messages.estimatedDocumentCount()).toBeGreaterThanOrEqual(moment), SOON);
      child.kill('SIGKILL');
      expect([moments, ...(await once(child, 'exit'))]).toEqual([moments, null, 'SIGKILL']);
    }
    const [code] = await once(await startCommand(other.key), 'exit');
    expect(code).toBe(0);
    const sources = await Promise.all([stored, client.db(other.database)].map((database) => digestOf(database)));
    expect([moments, sources[1]]).toEqual([moments, sources[0]]);
  });

  it('answers lists as the replaced service did, the newest message by date', async () => {
    const [agent] = await stored.collection('rooms').aggregate([{ $match: { type: 'agent_to_user' } }, { $sortByCount: '$agent_id' }]).toArray();
    const { roomData } = await post<{ roomData: Row[] }>('/api/room/fetchRoomByUserAgent', { agent_id: agent!._id, agent_db: 'fleet0', type: 'agent-to-user' });
    expect(roomData).toHaveLength(agent!.count);
    expect(roomData.map(({ updated_date: moved }) => moved)).toEqual(roomData.map(({ updated_date: moved }) => moved).sort().reverse());
    for (const room of roomData) {
      const { ids, people, messages } = expected.get(room.room_name)!;
      expect([room._id, room.user_Data.length, room.chat_Data[0]?._id]).toEqual([ids[0], people.size, messages.at(-1)?.id]);
      expect(JSON.stringify(room)).not.toMatch(/brought/);
    }
  });

  it('goes on from the right seq', async () => {
    const room = await stored.collection('rooms').findOne({ seq: { $gt: 3 } });
    const sent = await aMessage(service, tenant, room!._id);
    expect(sent.seq).toBe(Number(room!.seq) + 1);
    const history = await get<Row[]>(`/api/chat/${room!._id.toHexString()}`);
    expect(history.map(({ seq }) => seq)).toEqual(Array.from({ length: sent.seq }, (_, at) => at + 1));
    expect(JSON.stringify(history)).not.toMatch(/brought/);
  });

  it('takes the old ids of merged rooms on every call that takes the id of a room', async () => {
    const merged = await stored.collection('merged_rooms').findOne({});
    const [alias, id] = [merged!._id.toHexString(), String(merged!.room)];
    const history = await get<Row[]>(`/api/chat/${id}`);
    const sender = { room_id: alias, user_type: 'agent', user_id: '77' };
    const calls: Readonly<Record<string, () => Promise<void>>> = {
      'get /api/room/{id}': async () => expect((await get(`/api/room/${alias}`))._id).toBe(id),
      'put /api/room/raiseanissue/{id}': async () => {
        await request(service.url).put(`/t/${tenant.key}/api/room/raiseanissue/${alias}`).send({ isRaiseIssue: 1 }).expect(200, { status: true });
        expect((await get(`/api/room/${id}`)).isRaiseIssue).toBe(true);
      },
      'get /api/chat/{roomId}': async () => {
        expect(await get(`/api/chat/${alias}`)).toEqual(history);
        expect(await get(`/api/chat/${alias}?limit=1`)).toEqual(history.slice(-1));
        expect(await get(`/api/chat/${alias}?before=${history.at(-1)!._id}&limit=1`)).toEqual(history.slice(-2, -1));
        expect(await get(`/api/chat/${alias}?after_seq=1&limit=1`)).toEqual(history.slice(1, 2));
        expect(await get(`/api/chat/${alias}?after_seq=${history.length}`)).toEqual([]);
      },
      'get /api/chat/getRoomUser/{roomId}': async () =>
        expect((await get(`/api/chat/getRoomUser/${alias}`)).userData).toEqual((await get(`/api/chat/getRoomUser/${id}`)).userData),
      'post /api/chat/joinRoomByID': async () => {
        const { roomData, RoomUser } = await post<{ roomData: Row; RoomUser: Row }>('/api/chat/joinRoomByID', { ...sender, username: 'somebody' });
        expect([roomData._id, RoomUser.room_id]).toEqual([id, id]);
      },
      'post /api/chat/sendMessageJoin': async () => {
        const listener = await Listener.open(`${service.url}/t/${tenant.key}`);
        const { chatData } = await post('/api/chat/sendMessageJoin', { ...sender, message: 'hello', client_message_id: 'once' });
        expect([chatData.room, chatData.seq]).toEqual([id, history.length + 1]);
        expect((await post('/api/chat/sendMessageJoin', { ...sender, message: 'hello', client_message_id: 'once' })).chatData).toEqual(chatData);
        await eventually(() => expect(listener.heard.find(({ event }) => event === 'new-message')?.payload.message).toMatchObject({ chatData, roomData: { _id: id } }), SOON);
        listener.close();
      },
    };
    expect(Object.keys(calls).sort()).toEqual(await findCallsWithRoomId());
    for (const call of Object.values(calls)) await call();
  });

  it('brings nothing again, and only what is new of a source that is written to meanwhile', async () => {
    const again = await moveIn(service, tenant, old.databaseName, { deployment: deploymentOf(0) });
    expect([again.agrees, again.written]).toEqual([true, { rooms: 0, roomusers: 0, chats: 0, userlocations: 0 }]);
    const other = await newTenant(service);
    const rooms = await old.collection('rooms').find({ db_name: 'shop1' }).limit(50).toArray();
    let [sent, isOver] = [0, false];
    const running = moveIn(service, other, old.databaseName, { deployment: deploymentOf(1) }).finally(() => (isOver = true));
    while (!isOver && sent < MOST_SENT) {
      const { _id } = rooms[sent % rooms.length]!;
      // Every second one is older than what is there.
      const date = sent % 2 === 0 ? new Date() : new Date(Date.UTC(2023, 0, 1) + sent);
      await old.collection('chats').insertOne({ _id: oldId(Date.now(), 7, sent++), room: _id, message: `late ${sent}`, user_type: 'agent', created_date: date });
    }
    expect((await running).rooms_that_differ).toBe(0);
    const second = await moveIn(service, other, old.databaseName, { deployment: deploymentOf(1), from: oldId(Date.now() - 3_600_000, 0, 0) });
    expect([second.agrees, second.read.chats - second.skipped.chats]).toEqual([true, sent]);
    const third = await moveIn(service, other, old.databaseName, { deployment: deploymentOf(1) });
    expect([third.agrees, third.written.chats, third.there.chats]).toEqual([true, 0, data.deployments[1]!.messages + sent]);
  });

  it('tells no socket of what it brings', async () => {
    const listener = await Listener.open(`${service.url}/t/${tenant.key}`);
    const room = await old.collection('rooms').findOne({ db_name: 'shop0' });
    await old.collection('chats').insertOne({ _id: oldId(Date.now(), 6, 0), room: room!._id, message: 'late', user_type: 'agent', created_date: new Date() });
    const late = await moveIn(service, tenant, old.databaseName, { deployment: deploymentOf(0), from: oldId(Date.now() - 3_600_000, 0, 0) });
    expect(late.written.chats).toBeGreaterThan(0);
    // The stream is in order: what comes before this would have been told before it.
    const after = await aMessage(service, tenant, room!._id);
    await eventually(() => expect(listener.heard.map(({ payload }) => payload.message.chatData._id)).toContain(after._id.toHexString()), SOON);
    expect(new Set(listener.heard.map(({ payload }) => payload.message.chatData._id))).toEqual(new Set([after._id.toHexString()]));
    listener.close();
  });
});
