import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

import { sentCredential } from '../common/index.js';
import { TenantSuspendedError } from './tenancy.errors.js';
import { toTenantHints } from './tenant-hints.js';
import { TenantResolver } from './tenant-resolver.js';
import type { Tenant } from './tenant.js';

/** A request on its way through: `pathKey` is left by the path prefix, `tenant` by {@link TenancyMiddleware}. */
export interface TenantRequest extends Request {
  pathKey?: string;
  tenant?: Tenant;
}

/** Finds the request's tenant, or answers 400, 403, 404 or 503 before any controller runs. */
@Injectable()
export class TenancyMiddleware implements NestMiddleware {
  constructor(private readonly resolver: TenantResolver) {}

  use(request: TenantRequest, _response: Response, next: NextFunction): void {
    const tenant = this.resolver.resolve(
      toTenantHints({
        path: request.pathKey ?? null,
        body: request.body,
        query: request.query,
        client: request.get('client') ?? null,
        host: request.hostname,
        credential: sentCredential(request.get('authorization')),
      }),
    );
    request.tenant = tenant;
    if (tenant.status === 'suspended') throw new TenantSuspendedError();
    next();
  }
}
