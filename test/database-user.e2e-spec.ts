import type mongoose from 'mongoose';
import request from 'supertest';

import { LocationRepository } from '../src/location/location.repository.js';
import { MessageRepository } from '../src/message/index.js';
import { toDatabaseUser } from '../src/mongo/database-user.js';
import { ControlDatabase, DatabaseUsers, newId } from '../src/mongo/index.js';
import { RoomRepository } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom, aStoredRoom, storeRooms } from './support/build.js';
import { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { GuardedMongo } from './support/guarded-mongo.js';
import { Listener } from './support/listener.js';
import { refusal } from './support/refusal.js';
import { ServiceProcess } from './support/service-process.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { dropAll, newTenant } from './support/tenants.js';

const SECRET = 'a-secret-of-these-tests-0123456789abcdef';
const OTHER_SECRET = 'another-secret-of-these-tests-0123456789';
const WITHIN = { within: 20_000 };
const ANSWER_MS = 3_000;
const LIST = '/api/room/fetchRoomByUserAgent';
const UNAVAILABLE = refusal(503, 'DATABASE_UNAVAILABLE', '', { roomData: [] });

let mongo: GuardedMongo;
let service: TestApp;
const apps: TestApp[] = [];

beforeAll(async () => {
  mongo = await GuardedMongo.start();
  service = await start();
}, 120_000);

afterEach(async () => {
  await Promise.all(apps.splice(1).map((app) => app.close()));
});

afterAll(async () => {
  await ServiceProcess.killAll();
  await dropAll(service);
  await service.close();
  await mongo.stop();
}, 60_000);

/** A service on the MongoDB with access control, which ends with the test. */
async function start(variables: Record<string, string | undefined> = {}): Promise<TestApp> {
  const app = await startApp({ MONGODB_URI: mongo.uri, DATABASE_USER_SECRET: SECRET, ...variables });
  apps.push(app);
  return app;
}

const beside = (variables: Record<string, string | undefined> = {}): Promise<TestApp> => start({ CONTROL_DATABASE: service.config.mongo.controlDatabase, ...variables });
const withUser = (app = service): Promise<Tenant> => newTenant(app, { database_user: true });
const put = (key: string, change: object, app: Pick<TestApp, 'url'> = service): request.Test =>
  request(app.url).put(`/admin/tenants/${key}`).set('authorization', `Bearer ${ADMIN_TOKEN}`).send(change);
const list = ({ key }: Pick<Tenant, 'key'>, app: Pick<TestApp, 'url'> = service): request.Test => request(app.url).post(LIST).send({ agent_db: key, agent_id: 141, type: 'agent_to_user' });
const users = async ({ database }: Tenant): Promise<Record<string, unknown>[]> => (await mongo.root.db(database).command({ usersInfo: 1 })).users;
const rooms = ({ database }: Tenant) => mongo.root.db(database).collection('rooms');

async function listed(tenant: Tenant, app = service): Promise<string[]> {
  const { body } = await list(tenant, app).expect(200);
  return (body.roomData as { _id: string }[]).map(({ _id }) => _id);
}

/** What the log has of errors that MongoDB's refusals caused. */
function refusals({ log }: TestApp): { code: unknown; message: string }[] {
  return log.map(({ err }) => err as { type?: string; code: unknown; message: string } | undefined).filter((err) => err?.type === 'RefusedByMongo') as never;
}

describe('A deployment with a database user', () => {
  it('is one where its record says so, and else none', async () => {
    const { key } = await newTenant(service);
    expect((await put(key, {}).expect(200)).body).toMatchObject({ database_user: false });
    expect((await put(key, { database_user: true }).expect(200)).body).toMatchObject({ database_user: true });
    expect((await put(key, {}).expect(200)).body).toMatchObject({ database_user: true });
    expect((await put(key, { database_user: null }).expect(200)).body).toMatchObject({ database_user: false });
    expect((await put(key, { database_user: 'yes' }).expect(400)).body).toEqual(refusal(400, 'VALIDATION_FAILED', 'database_user'));
  });

  it('has none where its record is of an earlier version', async () => {
    const tenant = await newTenant(service);
    await service.app.get(ControlDatabase).with((control) => control.collection<{ _id: string }>('tenants').updateOne({ _id: tenant.key }, { $unset: { database_user: 1 } }));
    expect((await put(tenant.key, {}).expect(200)).body).toMatchObject({ database_user: false });
  });

  it('has a user in MongoDB that may read and write its database, and nothing else', async () => {
    const tenant = await withUser();
    expect(await users(tenant)).toMatchObject([{ user: tenant.database, db: tenant.database, roles: [{ role: 'readWrite', db: tenant.database }], mechanisms: ['SCRAM-SHA-256'] }]);
    expect(await users(await newTenant(service))).toEqual([]);
  });

  it('loses it with its database, and when database_user goes off', async () => {
    const [dropped, off] = [await withUser(), await withUser()];
    await request(service.url).delete(`/admin/tenants/${dropped.key}?drop_database=true`).set('authorization', `Bearer ${ADMIN_TOKEN}`).expect(200);
    await put(off.key, { database_user: false }).expect(200);
    expect([await users(dropped), await users(off)]).toEqual([[], []]);
    await aRoom(service, off);
    expect(await listed(off)).toHaveLength(1);
  });

  it('cannot get or lose it once it has data', async () => {
    const [without, having] = [await newTenant(service), await withUser()];
    await Promise.all([aRoom(service, without), aRoom(service, having)]);
    for (const [{ key }, wanted] of [[without, true], [having, false]] as const) {
      expect((await put(key, { database_user: wanted, status: 'suspended' }).expect(409)).body).toEqual(refusal(409, 'TENANT_HAS_DATA', 'database_user'));
      expect((await put(key, { database_user: !wanted }).expect(200)).body).toMatchObject({ database_user: !wanted, status: 'active' });
    }
  });

  it('is refused where DATABASE_USER_SECRET is not set, and the refusal names it', async () => {
    const app = await beside({ DATABASE_USER_SECRET: undefined });
    const { status, body } = await put(`t${newId().toHexString()}`, { database_user: true }, app);
    expect([status, body]).toEqual([400, refusal(400, 'VALIDATION_FAILED', 'DATABASE_USER_SECRET')]);
    const tenant = await withUser();
    expect((await put(tenant.key, { open_from: ['::1'] }, app).expect(200)).body).toMatchObject({ database_user: true });
    expect(await listed(tenant)).toEqual([]);
  });

  it('moves to another cluster with its user', async () => {
    const app = await beside({ MONGODB_CLUSTERS: `same=${mongo.uri}` });
    const tenant = await withUser(app);
    await put(tenant.key, { cluster: 'same' }, app).expect(200);
    expect(await users(tenant)).toHaveLength(1);
    expect(await listed(tenant, app)).toEqual([]);
    await put(tenant.key, { cluster: null }, app).expect(200);
  });
});

describe('Deployments with and without a database user, side by side', () => {
  it('make rooms, send, list, read their history and hear their sockets, each its own', async () => {
    const tenants = [await withUser(), await newTenant(service), await withUser()];
    const listeners = await Promise.all(tenants.map(({ key }) => Listener.open(`${service.url}/t/${key}`)));
    const made: string[] = [];
    for (const [at, tenant] of tenants.entries()) {
      const calls = new Calls(service, tenant);
      const created = await calls.post('/api/room/createRoom', { room_name: `room ${at}`, type: 'agent_to_user', agent_id: 141, agent_db: tenant.key, db_name: tenant.key }).expect(200);
      const { _id } = created.body.roomData as { _id: string };
      made.push(_id);
      await calls.send(_id, { message: `first of ${at}` }).expect(200);
      await calls.send(_id, { message: `second of ${at}` }).expect(200);
      expect((await calls.history(_id)).map(({ message }) => message)).toEqual([`first of ${at}`, `second of ${at}`]);
      expect(await calls.users(_id)).toHaveLength(1);
      await calls.post('/api/agent/saveAgentLocation', { agent_id: 141, order_id: 1, lat: '1', lng: '2' }).expect(200);
      expect(await listed(tenant)).toEqual([_id]);
    }
    for (const [at, listener] of listeners.entries()) {
      await eventually(() => expect(listener.texts()).toEqual([`first of ${at}`, `second of ${at}`]), WITHIN);
      await eventually(() => expect(listener.payloads('agent-location-141')).toHaveLength(1), WITHIN);
      listener.close();
    }
    expect(new Set(made).size).toBe(3);
  });

  it('are touched by their own user only, and by the service itself where there is none', async () => {
    const [own, shared] = [await withUser(), await newTenant(service)];
    await Promise.all([aRoom(service, own), aRoom(service, shared)]);
    const { users: loggedIn } = await mongo.connections();
    expect(loggedIn).toContain(own.database);
    expect(loggedIn).not.toContain(shared.database);
    await mongo.root.db(own.database).command({ updateUser: own.database, roles: [{ role: 'read', db: own.database }] });
    const calls = new Calls(service, own);
    expect((await calls.post('/api/room/createRoom', { room_name: 'never', type: 'agent_to_user', agent_id: 141, agent_db: own.key, db_name: own.key })).status).toBe(503);
    expect(await listed(own)).toHaveLength(1);
  });
});

describe('A wrong database name in our own code', () => {
  const TEXT = 'the text of a message that nobody else may read';
  let own: Tenant;
  let other: Tenant;
  let plain: Tenant;

  beforeAll(async () => {
    [own, other, plain] = [await withUser(), await withUser(), await newTenant(service)];
    for (const tenant of [own, other, plain]) await aMessage(service, tenant, (await aRoom(service, tenant, { room_id: TEXT }))._id, { message: TEXT });
  });

  /** Everything that repositories do with a database, on that of another deployment. */
  function attempts(tenant: Tenant, room: mongoose.Types.ObjectId): Record<string, () => Promise<unknown>> {
    const at = { agent_id: 1, order_id: 1, lat: '1', lng: '1' } as never;
    const [all, messages, locations] = [service.app.get(RoomRepository), service.app.get(MessageRepository), service.app.get(LocationRepository)];
    return {
      'makes a room': () => all.insertOrFind(tenant, aStoredRoom('x', { room_name: TEXT })),
      'stores rooms': () => all.insertAll(tenant, [aStoredRoom('x')]),
      'finds a room': () => all.findById(tenant, room),
      'reads rooms': () => all.read(tenant, [room], (bytes) => void found.push(bytes)),
      'reads a history': () => messages.findByRoom(tenant, room, { from: 'oldest' }),
      'stores a message': () => messages.insertAll(tenant, [{ _id: newId(), room, message: TEXT } as never]),
      'stores a message in a transaction': () => messages.inTransaction(tenant, (session) => messages.insert(tenant, { _id: newId(), room, message: TEXT } as never, session)),
      'stores a location': () => locations.insert(tenant, at),
    };
  }
  const found: unknown[] = [];

  async function everythingOf(tenant: Tenant): Promise<unknown[]> {
    const names = ['rooms', 'messages', 'locations'];
    return Promise.all(names.map((name) => mongo.root.db(tenant.database).collection(name).find().sort({ _id: 1 }).toArray()));
  }

  it.each(['with a user', 'without a user'])('ends in an authorisation error of MongoDB where the other is one %s', async (which) => {
    const victim = which === 'with a user' ? other : plain;
    const before = await everythingOf(victim);
    const room = ((await rooms(victim).findOne()) as { _id: mongoose.Types.ObjectId })._id;
    for (const [what, attempt] of Object.entries(attempts({ ...own, database: victim.database }, room))) {
      const error = await attempt().then((answer) => ({ answer }), (thrown: unknown) => thrown);
      expect([what, error]).toEqual([what, expect.objectContaining({ status: 503, code: 'DATABASE_UNAVAILABLE', cause: expect.objectContaining({ code: 13, codeName: 'Unauthorized' }) })]);
      expect((error as Error).message).not.toMatch(/anteroom_|mongo|authori/i);
    }
    expect(found).toEqual([]);
    expect(await everythingOf(victim)).toEqual(before);
  });

  it('would get there without a user: it is the user that defends', async () => {
    const room = ((await rooms(other).findOne()) as { _id: mongoose.Types.ObjectId })._id;
    const answer = await service.app.get(RoomRepository).findById({ ...plain, database: other.database }, room);
    expect(answer).toMatchObject({ _id: room });
  });

  it('reaches the log with its code and nothing of what was to be stored, and the caller without any detail', async () => {
    const app = await beside();
    await eventually(() => listed(own, app), WITHIN);
    const { insertOrFind } = RoomRepository.prototype;
    const wrong = import.meta.jest.spyOn(app.app.get(RoomRepository), 'insertOrFind');
    wrong.mockImplementation((tenant, room) => insertOrFind.call(app.app.get(RoomRepository), { ...tenant, database: other.database }, room));
    const calls = new Calls(app, own);
    const { status, body } = await calls.post('/api/room/createRoom', { room_name: TEXT, type: 'agent_to_user', agent_id: 141, agent_db: own.key, db_name: own.key });
    expect([status, body]).toEqual([503, refusal(503, 'DATABASE_UNAVAILABLE')]);
    expect(JSON.stringify(body)).not.toMatch(/anteroom_|mongo|authori/i);
    expect(refusals(app)).toMatchObject([{ code: 13, codeName: 'Unauthorized', message: `not authorized on ${other.database} to execute command` }]);
    expect(JSON.stringify(app.log)).not.toContain(TEXT);
    expect(await rooms(other).countDocuments()).toBe(1);
    wrong.mockRestore();
    await calls.post('/api/room/createRoom', { room_name: 'right', type: 'general', db_name: own.key }).expect(200);
  });
});

describe('A database user that does not work', () => {
  it('gives 503, never the data by another way, and the log says why', async () => {
    const tenant = await withUser();
    await aRoom(service, tenant);
    const app = await beside({ DATABASE_USER_SECRET: OTHER_SECRET });
    expect(await list(tenant, app)).toMatchObject({ status: 503, body: UNAVAILABLE });
    expect(refusals(app)).toMatchObject([{ code: 18, codeName: 'AuthenticationFailed' }]);
    const { statusCode } = (await new Calls(app, tenant).post('/api/room/createRoom', { room_name: 'never', type: 'general', db_name: tenant.key })).body;
    expect(statusCode).toBe(503);
    expect(await listed(tenant)).toHaveLength(1);
  });

  it('gives 503 where DATABASE_USER_SECRET is not set', async () => {
    const tenant = await withUser();
    const app = await beside({ DATABASE_USER_SECRET: undefined });
    expect(await list(tenant, app)).toMatchObject({ status: 503, body: UNAVAILABLE });
    expect(JSON.stringify(app.log)).toContain('DATABASE_USER_SECRET is not set');
  });

  it('works again when the deployment is put with the secret that is in force', async () => {
    const tenant = await withUser();
    const app = await beside({ DATABASE_USER_SECRET: OTHER_SECRET });
    await list(tenant, app).expect(503);
    await put(tenant.key, {}, app).expect(200);
    expect(await listed(tenant, app)).toEqual([]);
  });

  it('gives 503 from the moment that it is removed, and works again when the deployment is put', async () => {
    const tenant = await withUser();
    await aRoom(service, tenant);
    await mongo.root.db(tenant.database).command({ dropUser: tenant.database });
    expect(await list(tenant)).toMatchObject({ status: 503, body: UNAVAILABLE });
    expect(await list(tenant)).toMatchObject({ status: 503, body: UNAVAILABLE });
    await put(tenant.key, {}).expect(200);
    expect(await listed(tenant)).toHaveLength(1);
  });

  it('works again by itself where it was removed and made anew behind the back of the service', async () => {
    const [tenant, app] = [await withUser(), await beside()];
    await eventually(() => listed(tenant, app), WITHIN);
    await mongo.root.db(tenant.database).command({ dropUser: tenant.database });
    await put(tenant.key, {}).expect(200);
    await eventually(() => listed(tenant, app), WITHIN);
  });

  it('keeps no live event from other deployments', async () => {
    const [broken, other] = [await withUser(), await newTenant(service)];
    const room = await aRoom(service, broken);
    const app = await beside({ DATABASE_USER_SECRET: OTHER_SECRET });
    const [deaf, hearing] = await Promise.all([broken, other].map(({ key }) => Listener.open(`${app.url}/t/${key}`)));
    await aMessage(service, broken, room._id, { message: 'not read' });
    await aMessage(service, other, (await aRoom(service, other))._id, { message: 'heard' });
    await eventually(() => expect(hearing!.texts()).toEqual(['heard']), WITHIN);
    expect(deaf!.heard).toEqual([]);
    for (const listener of [deaf, hearing]) listener!.close();
  });

  it('is told apart from rights that the service itself lacks: the deployment is stored, and its PUT says what is missing', async () => {
    await mongo.root.db('admin').command({ createUser: 'modest', pwd: 'modest', roles: ['readWriteAnyDatabase', 'dbAdminAnyDatabase'] });
    const uri = new URL(mongo.uri);
    [uri.username, uri.password] = ['modest', 'modest'];
    const app = await beside({ MONGODB_URI: uri.href });
    const key = `t${newId().toHexString()}`;
    const { status, body } = await put(key, { names: [key], database_user: true }, app);
    expect([status, body]).toEqual([503, refusal(503, 'DATABASE_USER_UNSETTLED', 'put it again')]);
    expect(refusals(app)).toMatchObject([{ code: 13 }]);
    await put(key, { auth: 'open' }).expect(200);
    expect((await request(service.url).post(LIST).send({ agent_db: key, agent_id: 141, type: 'agent_to_user' })).status).toBe(200);
  });
});

describe('The password of a database user', () => {
  it('is stored nowhere and written nowhere, nor is the secret', async () => {
    const control = `test_control_${newId().toHexString()}`;
    const app = await start({ CONTROL_DATABASE: control, LOG_LEVEL: 'trace' });
    const tenant = await withUser(app);
    await aRoom(app, tenant);
    await mongo.root.db(tenant.database).command({ dropUser: tenant.database });
    await list(tenant, app).expect(503);
    await list(tenant, app).expect(503);
    const { password } = toDatabaseUser(SECRET, tenant.cluster, tenant.database);
    const stored: unknown[] = [];
    for (const name of [control, tenant.database]) {
      for (const { name: collection } of await mongo.root.db(name).listCollections().toArray()) stored.push(await mongo.root.db(name).collection(collection).find().toArray());
    }
    expect(JSON.stringify(stored)).toContain(tenant.database);
    const written = JSON.stringify([stored, app.log, (await put(tenant.key, {}, app)).body, await mongo.root.db('admin').collection('system.users').find().toArray()]);
    for (const secret of [password, SECRET]) expect(written).not.toContain(secret);
    await dropAll(app);
  });
});

describe('Clients of database users', () => {
  const SOME = 3;
  const MANY = 10;
  const POOL = 5;

  it('are as many as DATABASE_USER_CLIENTS says, whatever the number of deployments, and none is left when the service ends', async () => {
    const before = (await mongo.connections()).all;
    const control = `test_control_${newId().toHexString()}`;
    const app = await start({ CONTROL_DATABASE: control, DATABASE_USER_CLIENTS: String(SOME) });
    const tenants = await Promise.all(Array.from({ length: MANY }, () => withUser(app)));
    await Promise.all(tenants.map((tenant) => storeRooms(app, tenant, [aStoredRoom(tenant.key)])));
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(tenants.flatMap((tenant) => [listed(tenant, app), listed(tenant, app)]));
      expect(answers.every((ids) => ids.length === 1)).toBe(true);
    }
    await eventually(async () => {
      expect(app.app.get(DatabaseUsers).size).toBe(SOME);
      const { users: loggedIn } = await mongo.connections();
      const own = loggedIn.filter((user) => tenants.some(({ database }) => database === user));
      expect(new Set(own).size).toBeLessThanOrEqual(SOME);
      expect(own.length).toBeLessThanOrEqual(SOME * POOL);
    }, WITHIN);
    await dropAll(app);
    await app.close();
    await eventually(async () => expect((await mongo.connections()).all).toBeLessThanOrEqual(before), WITHIN);
  });

  it('end with the process on SIGTERM, which exits cleanly and has written no password', async () => {
    const before = (await mongo.connections()).all;
    const variables = { MONGODB_URI: mongo.uri, CONTROL_DATABASE: `test_control_${newId().toHexString()}`, DATABASE_USER_SECRET: SECRET, ADMIN_TOKEN, HOST: '127.0.0.1', LOG_LEVEL: 'trace' };
    const process = await ServiceProcess.start(variables);
    const keys = Array.from({ length: MANY }, () => `t${newId().toHexString()}`);
    const tenants = await Promise.all(
      keys.map(async (key) => {
        const tenant = { ...(await put(key, { names: [key], auth: 'open', database_user: true }, process).expect(200)).body } as Tenant;
        await list(tenant, process).expect(200);
        return tenant;
      }),
    );
    expect((await mongo.connections()).users.filter((user) => tenants.some(({ database }) => database === user)).length).toBeGreaterThanOrEqual(MANY);
    expect(await process.stop()).toEqual({ code: 0, signal: null });
    await eventually(async () => expect((await mongo.connections()).all).toBeLessThanOrEqual(before), WITHIN);
    for (const { database } of tenants) expect(process.stdout + process.stderr).not.toContain(toDatabaseUser(SECRET, 'default', database).password);
    expect(process.stdout + process.stderr).not.toContain(SECRET);
    for (const name of [variables.CONTROL_DATABASE, ...tenants.map(({ database }) => database)]) await mongo.root.db(name).dropDatabase();
  }, 300_000);

  it('are not closed while somebody uses them', async () => {
    const app = await beside({ DATABASE_USER_CLIENTS: '1' });
    const [busy, ...others] = await Promise.all(Array.from({ length: 4 }, () => withUser(app)));
    const repository = app.app.get(RoomRepository);
    await app.app.get(MessageRepository).inTransaction(busy!, async () => {
      for (const other of others) await repository.insertAll(other, [aStoredRoom(other.key)]);
      await repository.insertAll(busy!, [aStoredRoom(busy!.key)]);
    });
    for (const tenant of [busy!, ...others]) expect(await listed(tenant, app)).toHaveLength(1);
    await eventually(() => expect(app.app.get(DatabaseUsers).size).toBe(1), WITHIN);
  });

  it('leave no connection of a user that is refused', async () => {
    const tenant = await withUser();
    const app = await beside({ DATABASE_USER_SECRET: OTHER_SECRET });
    const before = (await mongo.connections()).anonymous;
    for (let call = 0; call < 10; call++) await list(tenant, app).expect(503);
    await eventually(async () => expect((await mongo.connections()).anonymous).toBeLessThanOrEqual(before), WITHIN);
  });
});

describe('While MongoDB is away', () => {
  let proxy: TcpProxy;
  let app: TestApp;
  let tenants: Tenant[];

  beforeAll(async () => {
    proxy = await TcpProxy.start(mongo.address);
    const through = new URL(mongo.uri);
    through.host = `127.0.0.1:${proxy.port}`;
    through.searchParams.delete('replicaSet');
    through.searchParams.set('directConnection', 'true');
    app = await startApp({ MONGODB_URI: through.href, DATABASE_USER_SECRET: SECRET, DATABASE_TIMEOUT_MS: '2500' });
    tenants = [await eventually(() => withUser(app), WITHIN), await withUser(app), await newTenant(app)];
  });
  afterAll(async () => {
    proxy.pass();
    await eventually(() => dropAll(app), WITHIN);
    await app.close();
    await proxy.close();
  });

  it.each(['refuse', 'silence'] as const)('calls are answered in time, by clients that are open and by those that are not yet (%s), and go on by themselves', async (away) => {
    const fresh = await withUser(app);
    const [known, , plain] = tenants as [Tenant, Tenant, Tenant];
    await Promise.all([known, plain].map((tenant) => list(tenant, app).expect(200)));
    proxy[away]();
    const began = performance.now();
    const answers = await Promise.all([known, plain, fresh, known, fresh].map((tenant) => list(tenant, app)));
    expect(performance.now() - began).toBeLessThan(ANSWER_MS);
    expect(answers.map(({ status, body }) => [status, body as unknown])).toEqual(answers.map(() => [503, UNAVAILABLE]));
    proxy.pass();
    for (const tenant of [known, plain, fresh]) await eventually(() => list(tenant, app).expect(200), WITHIN);
  });
});

describe('A MongoDB without access control', () => {
  it('serves deployments with a user as any other, refuses none of them anything, and the log says that once', async () => {
    const app = await startApp({ DATABASE_USER_SECRET: SECRET });
    const [first, second] = [await withUser(app), await withUser(app)];
    for (const tenant of [first, second]) await aMessage(app, tenant, (await aRoom(app, tenant))._id);
    expect(await listed(first, app)).toHaveLength(1);
    expect(app.log.filter(({ msg }) => String(msg).includes('without access control'))).toHaveLength(1);
    expect(service.log.filter(({ msg }) => String(msg).includes('without access control'))).toEqual([]);
    await dropAll(app);
    await app.close();
  });
});
