import { TenantAdminService, type PutTenantDto } from '../../src/admin/index.js';
import { ControlDatabase, newId } from '../../src/mongo/index.js';
import { TenantModels, type Tenant } from '../../src/tenancy/index.js';
import type { TestApp } from './app.js';

/** A new open tenant with a key and name of its own, unless `change` says otherwise. */
export function newTenant({ app }: TestApp, change: Partial<PutTenantDto> = {}): Promise<Tenant> {
  const key = `t${newId().toHexString()}`;
  const open = { http: 'open', sockets: 'open' } as const;
  return app.get(TenantAdminService).put(key, { names: [key], auth: open, ...change });
}

/** Drops the databases of all tenants of this service, and its control database. */
export async function dropAll({ app }: TestApp): Promise<void> {
  const tenants = await app.get(TenantAdminService).findAll();
  await Promise.all(tenants.map((tenant) => app.get(TenantModels).drop(tenant)));
  await app.get(ControlDatabase).with((database) => database.dropDatabase());
}
