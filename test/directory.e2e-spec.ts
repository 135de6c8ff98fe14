import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import mongoose from 'mongoose';
import request, { type Response } from 'supertest';

import { TenantAdminService, type PutTenantDto } from '../src/admin/index.js';
import { readConfig } from '../src/config/index.js';
import { ControlDatabase, EmbeddedMongo } from '../src/mongo/index.js';
import { MESSAGES } from '../src/message/index.js';
import { ROOMS, RoomService, toCheckedId } from '../src/room/index.js';
import { TenantDirectory, TenantModels, type Tenant } from '../src/tenancy/index.js';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { eventually } from './support/eventually.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(60_000);

const LIST = '/api/room/fetchRoomByUserAgent';
const SEEN = { within: 5_000 };
const NOWHERE = 'mongodb://127.0.0.1:9/?replicaSet=nowhere';
const ROOM_INDEXES = [
  '_id_',
  'agent_db_1_agent_id_1_type_1_updated_date_-1__id_-1_revision_1',
  'db_name_1_order_user_id_1_type_1_updated_date_-1__id_-1_revision_1',
  'db_name_1_p2p_id_1_type_1_updated_date_-1__id_-1_revision_1',
  'db_name_1_vendor_id_1_type_1_updated_date_-1__id_-1_client_id_1_revision_1',
  'panel_list',
  'room_id_1_updated_date_-1__id_-1_revision_1',
  'room_name_1',
];

let folder: string;
let second: EmbeddedMongo;
const clients: mongoose.mongo.MongoClient[] = [];

async function startMongo(name: string): Promise<EmbeddedMongo> {
  const { binary, path, cache } = readConfig(process.env).mongo.embedded;
  return EmbeddedMongo.start({ binary: binary ?? undefined, path, cache, note: () => undefined, dataPath: join(folder, name) });
}

/** Looks into a MongoDB past the service. */
function lookInto(uri = process.env.MONGODB_URI ?? ''): mongoose.mongo.MongoClient {
  const client = new mongoose.mongo.MongoClient(uri);
  clients.push(client);
  return client;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anteroom-directory-'));
  second = await startMongo('second');
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await second.stop();
  await rm(folder, { recursive: true, force: true });
});

const list = ({ url }: TestApp, hint: object): request.Test => request(url).post(LIST).send({ agent_id: '141', type: 'agent_to_user', ...hint });
const put = ({ url }: TestApp, key: string, change: object): request.Test =>
  request(url).put(`/admin/tenants/${key}`).set('Authorization', `Bearer ${ADMIN_TOKEN}`).send(change);

/** The status, then the rooms' names or the error's code. */
async function outcome(call: Promise<Response>): Promise<unknown[]> {
  const { status, body } = await call;
  return [status, ...(status === 200 ? (body.roomData as { room_id: string }[]).map((room) => room.room_id) : [body.error])];
}

async function databasesOf(client: mongoose.mongo.MongoClient): Promise<string[]> {
  return (await client.db('admin').admin().listDatabases({ nameOnly: true })).databases.map(({ name }) => name);
}

async function indexesOf(client: mongoose.mongo.MongoClient, { database }: Tenant, collection: string): Promise<string[]> {
  return (await client.db(database).collection(collection).listIndexes().toArray()).map(({ name }) => String(name)).sort();
}

describe('A change of a tenant on one instance', () => {
  let one: TestApp;
  let other: TestApp;

  beforeAll(async () => {
    one = await startApp();
    // The interval that a service has unless told otherwise.
    other = await startApp({ CONTROL_DATABASE: one.config.mongo.controlDatabase, DIRECTORY_REFRESH_MS: undefined });
  });
  afterAll(async () => {
    await dropAll(one);
    await Promise.all([one.close(), other.close()]);
  });

  const seesThat = (hint: object, expected: unknown[]): Promise<void> =>
    eventually(async () => expect(await outcome(list(other, hint))).toEqual(expected), SEEN);

  it('is seen by the other within five seconds when it is made', async () => {
    expect(await outcome(list(other, { agent_db: 'made' }))).toEqual([404, 'TENANT_UNKNOWN']);
    await put(one, 'made-shop', { names: ['made'], auth: 'open' });
    expect(await outcome(list(one, { agent_db: 'made' }))).toEqual([200]);
    await seesThat({ agent_db: 'made' }, [200]);
  });

  it('is seen by the other when it is renamed', async () => {
    await put(one, 'named-shop', { names: ['before'], sub_domains: ['before.example'], auth: 'open' });
    await seesThat({ sub_domain: 'before.example' }, [200]);
    await put(one, 'named-shop', { names: ['after'], sub_domains: ['after.example'] });
    await seesThat({ agent_db: 'before' }, [404, 'TENANT_UNKNOWN']);
    expect(await outcome(list(other, { agent_db: 'after' }))).toEqual([200]);
    expect(await outcome(list(other, { sub_domain: 'after.example' }))).toEqual([200]);
    expect(await outcome(list(other, { sub_domain: 'before.example' }))).toEqual([400, 'TENANT_REQUIRED']);
  });

  it('is seen by the other when a name goes from one tenant to another', async () => {
    const from = await newTenant(one, { names: ['wandering'] });
    await aRoom(one, from, { room_id: 'of the first' });
    await seesThat({ agent_db: 'wandering' }, [200, 'of the first']);
    await put(one, from.key, { names: null });
    const to = await newTenant(one, { names: ['wandering'] });
    await aRoom(one, to, { room_id: 'of the second' });
    await seesThat({ agent_db: 'wandering' }, [200, 'of the second']);
  });

  it('is seen by the other when it is suspended and resumed', async () => {
    const tenant = await newTenant(one);
    await seesThat({ agent_db: tenant.key }, [200]);
    await put(one, tenant.key, { status: 'suspended' });
    await seesThat({ agent_db: tenant.key }, [403, 'TENANT_SUSPENDED']);
    await put(one, tenant.key, { status: 'active' });
    await seesThat({ agent_db: tenant.key }, [200]);
  });

  it('is seen by the other when it requires a credential', async () => {
    const tenant = await newTenant(one);
    await seesThat({ agent_db: tenant.key }, [200]);
    await put(one, tenant.key, { auth: null });
    await seesThat({ agent_db: tenant.key }, [403, 'CREDENTIAL_REFUSED']);
    await put(one, tenant.key, { open_from: ['127.0.0.1', '::1'] });
    await seesThat({ agent_db: tenant.key }, [200]);
  });

  it('is seen by the other when it is removed, and made again with another database', async () => {
    const tenant = await newTenant(one);
    await aRoom(one, tenant, { room_id: 'of the first' });
    await seesThat({ agent_db: tenant.key }, [200, 'of the first']);
    await request(one.url).delete(`/admin/tenants/${tenant.key}`).query({ drop_database: 'true' }).set('Authorization', `Bearer ${ADMIN_TOKEN}`);
    await seesThat({ agent_db: tenant.key }, [404, 'TENANT_UNKNOWN']);
    await put(one, tenant.key, { names: [tenant.key], auth: 'open' });
    await seesThat({ agent_db: tenant.key }, [200]);
  });
});

describe('A tenant on a further cluster', () => {
  let service: TestApp;
  let other: TestApp;
  let without: TestApp;

  beforeAll(async () => {
    service = await startApp({ MONGODB_CLUSTERS: `second=${second.uri},away=${NOWHERE}` });
    const shared = { CONTROL_DATABASE: service.config.mongo.controlDatabase };
    other = await startApp({ ...shared, MONGODB_CLUSTERS: `second=${second.uri}` });
    without = await startApp(shared);
  });
  afterAll(async () => {
    const kept = await request(service.url).get('/admin/tenants').set('Authorization', `Bearer ${ADMIN_TOKEN}`);
    for (const { key, cluster } of kept.body as Tenant[]) {
      if (cluster === 'away') await request(service.url).delete(`/admin/tenants/${key}`).set('Authorization', `Bearer ${ADMIN_TOKEN}`);
    }
    await dropAll(service);
    await Promise.all([service.close(), other.close(), without.close()]);
  });

  async function move({ key }: Tenant, cluster: string | null): Promise<Tenant> {
    const { status, body } = await put(service, key, { cluster });
    expect([status, body.cluster]).toEqual([200, cluster ?? 'default']);
    return service.app.get(TenantDirectory).findByKey(key)!;
  }

  it('has its data there and nothing on the default one', async () => {
    const tenant = await newTenant(service, { cluster: 'second' });
    const room = await aRoom(service, tenant, { room_id: 'far away' });
    await aMessage(service, tenant, room._id, { message: 'written far away' });
    const { body } = await list(service, { agent_db: tenant.key });
    expect(body.roomData).toMatchObject([{ room_id: 'far away', chat_Data: [{ message: 'written far away' }] }]);
    expect(await databasesOf(lookInto(second.uri))).toContain(tenant.database);
    expect(await databasesOf(lookInto())).not.toContain(tenant.database);
    expect(await lookInto(second.uri).db(tenant.database).collection('messages').countDocuments()).toBe(1);
  });

  it('is refused where there is no cluster of that name, with the names that there are', async () => {
    const { status, body } = await put(service, 'lost-shop', { cluster: 'third' });
    expect([status, body.error]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body.message).toMatch(/cluster.*default.*second.*away/);
    expect(await outcome(request(service.url).post(`/t/lost-shop${LIST}`).send({ agent_id: 1, type: 'general' }))).toEqual([404, 'TENANT_UNKNOWN']);
  });

  it('moves to another cluster while it has no data, and works there at once', async () => {
    const tenant = await newTenant(service);
    expect(await outcome(list(service, { agent_db: tenant.key }))).toEqual([200]);
    const moved = await move(tenant, 'second');
    expect(await outcome(list(service, { agent_db: tenant.key }))).toEqual([200]);
    await aRoom(service, moved, { room_id: 'after the move' });
    expect(await outcome(list(service, { agent_db: tenant.key }))).toEqual([200, 'after the move']);
    expect(await indexesOf(lookInto(second.uri), moved, 'rooms')).toEqual(ROOM_INDEXES);
    expect(await lookInto().db(moved.database).collection('rooms').countDocuments()).toBe(0);
    await eventually(async () => expect(await outcome(list(other, { agent_db: tenant.key }))).toEqual([200, 'after the move']), SEEN);
  });

  it('moves back again, and has its indexes there too', async () => {
    const tenant = await newTenant(service, { cluster: 'second' });
    await list(service, { agent_db: tenant.key });
    const moved = await move(tenant, null);
    await aRoom(service, moved, { room_id: 'back' });
    expect(await outcome(list(service, { agent_db: tenant.key }))).toEqual([200, 'back']);
    expect(await indexesOf(lookInto(), moved, 'rooms')).toEqual(ROOM_INDEXES);
  });

  it.each(['default', 'second'])('stays where it is once it has data: on %s', async (cluster) => {
    const tenant = await newTenant(service, { cluster });
    await aRoom(service, tenant, { room_id: 'stays' });
    const elsewhere = cluster === 'default' ? 'second' : 'default';
    const { status, body } = await put(service, tenant.key, { cluster: elsewhere, status: 'suspended' });
    expect([status, body.error]).toEqual([409, 'TENANT_HAS_DATA']);
    expect(await outcome(list(service, { agent_db: tenant.key }))).toEqual([200, 'stays']);
    expect((await put(service, tenant.key, { cluster, open_from: ['::1'] })).status).toBe(200);
  });

  it('is out of order where that cluster is away, while the others and readiness stay', async () => {
    const [stranded, at, far] = await Promise.all(['away', 'default', 'second'].map((cluster) => newTenant(service, { cluster })));
    const answer = await list(service, { agent_db: stranded!.key });
    expect([answer.status, answer.body.error, answer.body.roomData]).toEqual([503, 'DATABASE_UNAVAILABLE', []]);
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    expect(JSON.stringify(answer.body)).not.toMatch(/127\.0\.0\.1|mongodb|away|anteroom_/);
    expect(await outcome(list(service, { agent_db: at!.key }))).toEqual([200]);
    expect(await outcome(list(service, { agent_db: far!.key }))).toEqual([200]);
    expect((await request(service.url).get('/health/ready')).status).toBe(200);
  });

  it('is not removed where its database could not be dropped with it', async () => {
    const far = await newTenant(service, { cluster: 'second' });
    const remove = (app: TestApp): request.Test => request(app.url).delete(`/admin/tenants/${far.key}?drop_database=true`).set('Authorization', `Bearer ${ADMIN_TOKEN}`);
    expect((await remove(without)).status).toBe(503);
    expect((await put(service, far.key, {})).body.database).toBe(far.database);
    expect((await remove(service)).body).toEqual({ key: far.key, database: far.database, dropped: true });
  });

  it('is out of order, and nobody else is, on an instance that does not know the cluster', async () => {
    const [far, at] = [await newTenant(service, { cluster: 'second' }), await newTenant(service)];
    await eventually(async () => expect(await outcome(list(without, { agent_db: at.key }))).toEqual([200]), SEEN);
    expect(await outcome(list(without, { agent_db: far.key }))).toEqual([503, 'DATABASE_UNAVAILABLE']);
    expect((await request(without.url).get('/health/ready')).status).toBe(200);
  });

  it('is out of order from the moment its cluster ends, and nobody else is', async () => {
    const third = await startMongo('third');
    const app = await startApp({ MONGODB_CLUSTERS: `third=${third.uri}` });
    try {
      const [far, at] = [await newTenant(app, { cluster: 'third' }), await newTenant(app)];
      await aRoom(app, far, { room_id: 'soon gone' });
      expect(await outcome(list(app, { agent_db: far.key }))).toEqual([200, 'soon gone']);
      await third.stop();
      expect(await outcome(list(app, { agent_db: far.key }))).toEqual([503, 'DATABASE_UNAVAILABLE']);
      expect(await outcome(list(app, { agent_db: at.key }))).toEqual([200]);
      expect((await request(app.url).get('/health/ready')).status).toBe(200);
      expect((await put(app, far.key, { cluster: 'default' })).body.error).toBe('DATABASE_UNAVAILABLE');
      await app.app.get(TenantAdminService).remove(at.key, { dropDatabase: true });
    } finally {
      await third.stop();
      await app.app.get(ControlDatabase).with((control) => control.dropDatabase());
      await app.close();
    }
  });
});

describe('The collections of a tenant', () => {
  let service: TestApp;

  beforeAll(async () => {
    service = await startApp({ TENANTS_IN_MEMORY: '2' });
  });
  afterAll(async () => {
    await dropAll(service);
    await service.close();
  });

  const versionsOf = async ({ key }: Tenant): Promise<unknown> => {
    const tenants = lookInto().db(service.config.mongo.controlDatabase).collection<Tenant & { _id: string }>('tenants');
    return (await tenants.findOne({ _id: key }))?.index_versions;
  };

  it('are made on the first touch, with their indexes, and not before', async () => {
    const mongo = lookInto();
    const [tenant, untouched] = [await newTenant(service), await newTenant(service)];
    expect(await databasesOf(mongo)).not.toContain(tenant.database);
    expect(await versionsOf(tenant)).toEqual({});

    expect(await outcome(list(service, { agent_db: tenant.key }))).toEqual([200]);
    expect(await indexesOf(mongo, tenant, 'rooms')).toEqual(ROOM_INDEXES);
    expect(await versionsOf(tenant)).toEqual({ rooms: ROOMS.indexVersion });

    const room = await aRoom(service, tenant);
    await aMessage(service, tenant, room._id);
    expect(await indexesOf(mongo, tenant, 'messages')).toEqual(['_id_', 'room_1_seq_1']);
    expect(await versionsOf(tenant)).toEqual({ rooms: ROOMS.indexVersion, messages: MESSAGES.indexVersion });
    expect(await databasesOf(mongo)).not.toContain(untouched.database);
  });

  it('are not made for all tenants by a service that starts, or that refuses a call', async () => {
    const tenant = await newTenant(service, { auth: null });
    const started = await startApp({ CONTROL_DATABASE: service.config.mongo.controlDatabase });
    try {
      expect(await outcome(list(started, { agent_db: tenant.key }))).toEqual([403, 'CREDENTIAL_REFUSED']);
      expect(await databasesOf(lookInto())).not.toContain(tenant.database);
    } finally {
      await started.close();
    }
  });

  it('get the indexes that they lack when their version is an older one', async () => {
    const tenant = await newTenant(service);
    await aRoom(service, tenant);
    const mongo = lookInto();
    await mongo.db(tenant.database).collection('rooms').dropIndex('panel_list');
    await service.app.get(ControlDatabase).with((control) => control.collection<{ _id: string }>('tenants').updateOne({ _id: tenant.key }, { $set: { index_versions: { rooms: 1 } } }));
    const later = await startApp({ CONTROL_DATABASE: service.config.mongo.controlDatabase });
    try {
      expect(await outcome(list(later, { agent_db: tenant.key }))).toEqual([200, expect.anything()]);
      expect(await indexesOf(mongo, tenant, 'rooms')).toEqual(ROOM_INDEXES);
      expect(await versionsOf(tenant)).toEqual({ rooms: ROOMS.indexVersion });
    } finally {
      await later.close();
    }
  });

  it('are made once by twenty first calls at once', async () => {
    const tenant = await newTenant(service);
    const calls = await Promise.all(Array.from({ length: 20 }, () => outcome(list(service, { agent_db: tenant.key }))));
    expect(calls).toEqual(Array.from({ length: 20 }, () => [200]));
    expect(await versionsOf(tenant)).toEqual({ rooms: ROOMS.indexVersion });
  });

  it('of ten tenants at once answer right, and only TENANTS_IN_MEMORY of them stay in memory', async () => {
    const change = (name: string): Partial<PutTenantDto> => ({ names: [name] });
    const tenants = await Promise.all(Array.from({ length: 10 }, (_, at) => newTenant(service, change(`crowd-${at}`))));
    await Promise.all(tenants.map((tenant, at) => aRoom(service, tenant, { room_id: `room of crowd-${at}` })));
    const rounds = Array.from({ length: 100 }, (_, call) => `crowd-${(call * 7) % 10}`);
    const answers = await Promise.all(rounds.map((name) => outcome(list(service, { agent_db: name }))));
    expect(answers).toEqual(rounds.map((name) => [200, `room of ${name}`]));
    expect(service.app.get(TenantModels).size).toBeLessThanOrEqual(2);

    // All ten in use at the same moment: none can leave before its work is done.
    const match = { agent_id: '141', type: 'agent_to_user' };
    const found = await Promise.all(tenants.map((tenant) => service.app.get(RoomService).findKeys(tenant, [{ ...match, agent_db: tenant.names[0]! }])));
    expect(found.map((keys) => keys.length)).toEqual(tenants.map(() => 1));
    expect(service.app.get(TenantModels).size).toBe(2);
    await aMessage(service, tenants[0]!, toCheckedId(found[0]!.toList()[0]!.id));
    expect(service.app.get(TenantModels).size).toBe(2);
  });
});
