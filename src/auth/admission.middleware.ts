import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Response } from 'express';

import { sentCredential } from '../common/index.js';
import type { Tenant, TenantRequest } from '../tenancy/index.js';
import { CredentialRefusedError, TooManyRefusedError } from './auth.errors.js';
import { Authenticator } from './authenticator.js';
import type { Caller } from './caller.js';
import { tellExceeded } from './rate-headers.js';

/** A request on its way through: `caller` is left by {@link AdmissionMiddleware}. */
export interface CallerRequest extends TenantRequest {
  caller?: Caller;
}

/** Finds out who is calling a tenant and lets them in, or refuses the call. */
@Injectable()
export class AdmissionMiddleware implements NestMiddleware {
  constructor(private readonly authenticator: Authenticator) {}

  async use(request: CallerRequest, response: Response, next: NextFunction): Promise<void> {
    if (request.tenant === undefined) throw new CredentialRefusedError();
    request.caller = await this.authenticate(request.tenant, request, response);
    next();
  }

  private async authenticate(tenant: Tenant, request: CallerRequest, response: Response): Promise<Caller> {
    try {
      return await this.authenticator.authenticate(tenant, 'http', request, sentCredential(request.get('authorization')));
    } catch (error) {
      if (error instanceof TooManyRefusedError) tellExceeded(response, error.exceeded);
      throw error;
    }
  }
}
