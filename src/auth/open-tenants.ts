import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Subscription } from 'rxjs';

import { TenantDirectory, type Tenant } from '../tenancy/index.js';

// More keys than this are a number.
const MOST_NAMED = 50;

/** Tells the operator which deployments let in whoever reaches this service: at the start, and when they become others. */
@Injectable()
export class OpenTenants implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('auth');
  private watching: Subscription | null = null;
  private told = '';

  constructor(private readonly directory: TenantDirectory) {}

  onModuleInit(): void {
    this.watching = this.directory.changes.subscribe(() => this.tell());
  }

  onApplicationShutdown(): void {
    this.watching?.unsubscribe();
  }

  private tell(): void {
    const keys = this.directory.findAll().filter(isOpen).map(({ key }) => key);
    const which = keys.join();
    if (which === this.told) return;
    this.told = which;
    if (keys.length === 0) this.logger.log('no deployment is open any more');
    else this.logger.warn({ open: keys.length, tenants: keys.slice(0, MOST_NAMED) }, 'deployments are open: whoever reaches this service gets in without a credential');
  }
}

function isOpen({ auth, status }: Tenant): boolean {
  return status === 'active' && (auth.http === 'open' || auth.sockets === 'open');
}
