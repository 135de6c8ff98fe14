import { createHash, timingSafeEqual } from 'node:crypto';

import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

import { RouteNotFoundError } from '../common/index.js';
import { CONFIG, type Config } from '../config/index.js';
import { AdminTokenRefusedError } from './admin.errors.js';

/** Admits the bearer of `ADMIN_TOKEN`; without that variable there is no admin API. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  canActivate(context: ExecutionContext): boolean {
    const { adminToken } = this.config;
    if (adminToken === null) throw new RouteNotFoundError();
    const [, token] = /^Bearer (.+)$/i.exec(context.switchToHttp().getRequest<Request>().get('authorization') ?? '') ?? [];
    if (token === undefined || !isSame(token, adminToken)) throw new AdminTokenRefusedError();
    return true;
  }
}

// Hashes have one length, so the comparison takes the same time whatever is wrong.
function isSame(token: string, expected: string): boolean {
  return timingSafeEqual(createHash('sha256').update(token).digest(), createHash('sha256').update(expected).digest());
}
