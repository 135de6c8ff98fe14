import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Response } from 'express';

import { sentCredential } from '../common/index.js';
import type { TenantRequest } from '../tenancy/index.js';
import { CredentialRefusedError } from './auth.errors.js';
import { Authenticator } from './authenticator.js';
import type { Caller } from './caller.js';

/** A request on its way through: `caller` is left by {@link AdmissionMiddleware}. */
export interface CallerRequest extends TenantRequest {
  caller?: Caller;
}

/** Finds out who is calling a tenant and lets them in, or refuses the call. */
@Injectable()
export class AdmissionMiddleware implements NestMiddleware {
  constructor(private readonly authenticator: Authenticator) {}

  async use(request: CallerRequest, _response: Response, next: NextFunction): Promise<void> {
    if (request.tenant === undefined) throw new CredentialRefusedError();
    request.caller = await this.authenticator.authenticate(request.tenant, 'http', request, sentCredential(request.get('authorization')));
    next();
  }
}
