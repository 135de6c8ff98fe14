import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';

import { TooManyRequestsError } from '../common/index.js';
import { CONFIG, type Config } from '../config/index.js';
import { WorkLines } from '../mongo/index.js';
import { Metrics } from '../observe/index.js';
import { EffectiveLimits, type Tenant } from '../tenancy/index.js';
import type { Caller } from './caller.js';
import { toPart, toShare } from './share.js';

/** Whose work it is, and by which call or handshake. */
export interface Asker {
  readonly tenant: Tenant;
  readonly caller: Caller;
  readonly request: Request;
}

/**
 * What each tenant makes the database do, by calls and by sockets: so much at once. The rest waits in order, as much as the tenant may make
 * calls in a second, and of one caller its share of them.
 */
@Injectable()
export class TenantWork {
  private readonly lines = new WorkLines();

  constructor(
    private readonly limits: EffectiveLimits,
    private readonly metrics: Metrics,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    metrics.gauge({ name: 'anteroom_calls_waiting', help: 'Calls that wait for others of their deployment.' }, () => this.lines.waiting);
  }

  /** Runs `work` when its turn comes; who goes away by the `signal` leaves the line. @throws TooManyRequestsError, or the signal's reason, with nothing done */
  run<T>({ tenant, caller, request }: Asker, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { concurrent_database: atOnce, calls_per_second: waiting } = this.limits.of(tenant);
    const share = toShare(tenant, caller, request, this.config.fairness.callerShare);
    const part = share === null ? undefined : toPart(share, waiting);
    return this.lines.run(tenant.database, work, { atOnce, waiting, share: part, full: () => this.refuse(), signal });
  }

  /** Runs `work` at once; null where it would have to wait. */
  runNow<T>(tenant: Tenant, work: () => Promise<T>): Promise<T> | null {
    return this.lines.runNow(tenant.database, work, this.limits.of(tenant).concurrent_database);
  }

  private refuse(): TooManyRequestsError {
    this.metrics.countLimited('concurrent_database');
    return new TooManyRequestsError();
  }
}
