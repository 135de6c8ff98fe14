import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

import { isBearer, RouteNotFoundError } from '../common/index.js';
import { CONFIG, type Config } from '../config/index.js';
import { AdminTokenRefusedError } from './admin.errors.js';

/** Admits the bearer of `ADMIN_TOKEN`; without that variable there is no admin API. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  canActivate(context: ExecutionContext): boolean {
    const { adminToken } = this.config;
    if (adminToken === null) throw new RouteNotFoundError();
    if (!isBearer(context.switchToHttp().getRequest<Request>(), adminToken)) throw new AdminTokenRefusedError();
    return true;
  }
}
