import { SignJWT } from 'jose';

import { TenantAdminService } from '../../src/admin/index.js';
import { newId } from '../../src/mongo/index.js';
import type { PersonRole } from '../../src/auth/index.js';
import type { Tenant } from '../../src/tenancy/index.js';
import type { TestApp } from './app.js';
import { Calls } from './calls.js';
import { newTenant } from './tenants.js';

/** Signs the tokens of a tenant of {@link newGuardedTenant}. */
export const TOKEN_SECRET = 'a secret of the tests, longer than 32 bytes';

/** A new tenant that admits nobody without a credential and takes tokens signed with {@link TOKEN_SECRET}. */
export function newGuardedTenant(service: TestApp, settings: object = {}): Promise<Tenant> {
  const jwt = { secret: TOKEN_SECRET, tenant_claim: 'tenant', vendor_ids_claim: 'vendor_ids' };
  return newTenant(service, { auth: { http: 'required', sockets: 'required' }, settings: { jwt, ...settings } });
}

/** A token that names a person of the tenant, good for five minutes unless `claims` say otherwise. */
export function tokenOf(tenant: Pick<Tenant, 'key'>, role: PersonRole, sub: string, claims: object = {}): Promise<string> {
  return new SignJWT({ role, tenant: tenant.key, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setExpirationTime('5m')
    .setJti(newId().toHexString())
    .sign(new TextEncoder().encode(TOKEN_SECRET));
}

/** Calls of a person of the tenant. */
export async function personCalls(service: TestApp, tenant: Tenant, role: PersonRole, sub: string, vendorIds: readonly string[] = []): Promise<Calls> {
  return new Calls(service, tenant, await tokenOf(tenant, role, sub, { vendor_ids: vendorIds }));
}

/** The tenant after a change of its settings. */
export function changeSettings({ app }: TestApp, { key }: Tenant, settings: object): Promise<Tenant> {
  return app.get(TenantAdminService).put(key, { settings });
}
