import { UpgradeService } from '../src/maintenance/index.js';
import { Clusters, ControlDatabase } from '../src/mongo/index.js';
import { TenantModels, TenantRepository, type Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { commandLine } from './support/command-line.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(120_000);

const FORMER = 'room_id_1_updated_date_-1__id_-1';
const NEXT = 'room_id_1_updated_date_-1__id_-1_revision_1';

let service: TestApp;

beforeAll(async () => (service = await startApp()));
afterAll(async () => {
  await dropAll(service);
  await service.close();
});

const upgrade = (tenant: Tenant, anew = false): Promise<object[]> => new UpgradeService(service.app.get(TenantModels), service.app.get(Clusters)).upgrade(tenant, { anew });
const now = async ({ key }: Tenant): Promise<Tenant> => (await service.app.get(TenantRepository).findOne(key)) as Tenant;

async function indexNames({ database }: Tenant): Promise<string[]> {
  return service.app.get(Clusters).default.run(async (connection) => (await connection.getClient().db(database).collection('rooms').indexes()).map(({ name }) => name ?? ''));
}

async function collectionNames({ database }: Tenant): Promise<string[]> {
  return service.app.get(Clusters).default.run(async (connection) => (await connection.getClient().db(database).listCollections().toArray()).map(({ name }) => name));
}

/** A tenant with a message, as a release left it whose indexes were of version 2. */
async function aTenantOfBefore(): Promise<Tenant> {
  const tenant = await newTenant(service);
  await aMessage(service, tenant, (await aRoom(service, tenant))._id);
  await service.app.get(Clusters).default.run(async (connection) => {
    const rooms = connection.getClient().db(tenant.database).collection('rooms');
    await rooms.dropIndex(NEXT);
    await rooms.createIndexes([{ key: { room_id: 1, updated_date: -1, _id: -1 } }]);
  });
  await service.app.get(ControlDatabase).with((database) => database.collection<{ _id: string }>('tenants').updateOne({ _id: tenant.key }, { $set: { 'index_versions.rooms': 2 } }));
  return now(tenant);
}

describe('an upgrade', () => {
  it('gives collections that are behind the indexes of this release, once', async () => {
    const tenant = await aTenantOfBefore();
    expect(await indexNames(tenant)).toContain(FORMER);
    // Two at once do it no harm.
    const upgraded = await Promise.all([upgrade(tenant), upgrade(tenant)]);
    expect(upgraded[0]).toEqual([{ tenant: tenant.key, collection: 'rooms', from: 2, to: 3 }]);
    expect(await indexNames(tenant)).toContain(NEXT);
    expect(await indexNames(tenant)).not.toContain(FORMER);
    expect((await now(tenant)).index_versions).toMatchObject({ rooms: 3, messages: 1 });
    expect(await upgrade(await now(tenant))).toEqual([]);
  });

  it('makes nothing for a deployment that was never used', async () => {
    const tenant = await newTenant(service);
    expect([await upgrade(tenant), await upgrade(tenant, true), await collectionNames(tenant)]).toEqual([[], [], []]);
  });

  it('makes again what is missing, whatever the directory remembers, where it is asked to', async () => {
    const tenant = await aTenantOfBefore();
    await upgrade(tenant);
    await service.app.get(Clusters).default.run((connection) => connection.getClient().db(tenant.database).collection('rooms').dropIndex(NEXT));
    expect(await upgrade(await now(tenant))).toEqual([]);
    expect(await indexNames(tenant)).not.toContain(NEXT);
    expect(await upgrade(await now(tenant), true)).toEqual([
      { tenant: tenant.key, collection: 'rooms', from: 3, to: 3 },
      { tenant: tenant.key, collection: 'messages', from: 1, to: 1 },
    ]);
    expect(await indexNames(tenant)).toContain(NEXT);
  });

  it('is a command for all deployments or one', async () => {
    const tenant = await aTenantOfBefore();
    const variables = { CONTROL_DATABASE: service.config.mongo.controlDatabase };
    const { code, stdout } = await commandLine(['tenant', 'upgrade', '--json'], variables);
    expect([code, JSON.parse(stdout)]).toEqual([0, [{ tenant: tenant.key, collection: 'rooms', from: 2, to: 3 }]]);
    expect(await indexNames(tenant)).toContain(NEXT);
    expect(await commandLine(['tenant', 'upgrade'], variables)).toEqual({ code: 0, stdout: 'Nothing to do.\n', stderr: '' });
  });
});
