import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Response } from 'express';

import type { TenantRequest } from '../tenancy/index.js';
import { checkAdmission } from './admission.js';
import { CredentialRefusedError } from './auth.errors.js';

/** Lets a call in to its tenant, or refuses it. */
@Injectable()
export class AdmissionMiddleware implements NestMiddleware {
  use(request: TenantRequest, _response: Response, next: NextFunction): void {
    if (request.tenant === undefined) throw new CredentialRefusedError();
    checkAdmission(request.tenant, 'http', request);
    next();
  }
}
