import type { Request } from 'express';

import { isAddressIn } from '../common/index.js';
import type { Tenant, TenantAuth } from '../tenancy/index.js';
import { CredentialRefusedError } from './auth.errors.js';
import { callerAddress } from './caller-address.js';

/**
 * Lets a caller in to a tenant: `auth` is open for calls (`http`) or `sockets`, or the caller's address is one of `open_from`.
 * @throws CredentialRefusedError
 */
export function checkAdmission(tenant: Tenant, way: keyof TenantAuth, request: Request): void {
  if (tenant.auth[way] === 'open') return;
  const address = callerAddress(request);
  if (address === null || !isAddressIn(address, tenant.open_from)) throw new CredentialRefusedError();
}
