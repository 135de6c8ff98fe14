import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Response } from 'express';

import { isAddressIn } from '../common/index.js';
import type { TenantRequest } from '../tenancy/index.js';
import { CredentialRefusedError } from './auth.errors.js';
import { callerAddress } from './caller-address.js';

/** Lets a call in to its tenant: `auth` is open, or the call comes from an address of `open_from`; any other is refused. */
@Injectable()
export class AdmissionMiddleware implements NestMiddleware {
  use(request: TenantRequest, _response: Response, next: NextFunction): void {
    if (!isAdmitted(request)) throw new CredentialRefusedError();
    next();
  }
}

function isAdmitted(request: TenantRequest): boolean {
  const { tenant } = request;
  if (tenant === undefined) return false;
  if (tenant.auth.http === 'open') return true;
  const address = callerAddress(request);
  return address !== null && isAddressIn(address, tenant.open_from);
}
