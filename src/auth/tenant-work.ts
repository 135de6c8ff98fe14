import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';

import { TooManyRequestsError } from '../common/index.js';
import { CONFIG, type Config } from '../config/index.js';
import { WorkLines } from '../mongo/index.js';
import { Metrics } from '../observe/index.js';
import { EffectiveLimits, type Tenant } from '../tenancy/index.js';
import type { Caller } from './caller.js';
import { toPart, toShare, type Part } from './share.js';

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
  private readonly admitted = new WorkLines();

  constructor(
    private readonly limits: EffectiveLimits,
    private readonly metrics: Metrics,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    metrics.gauge({ name: 'anteroom_calls_waiting', help: 'Calls that wait for others of their deployment.' }, () => this.lines.waiting);
  }

  /** Runs `work` when its turn comes; who goes away by the `signal` leaves the line. @throws TooManyRequestsError, or the signal's reason, with nothing done */
  run<T>(asker: Asker, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { concurrent_database: atOnce, calls_per_second: waiting } = this.limits.of(asker.tenant);
    const share = this.toPlaces(asker, waiting) ?? undefined;
    return this.lines.run(asker.tenant.database, work, { atOnce, waiting, share, full: () => this.refuse(), signal });
  }

  /**
   * Runs `work`, which waits for something else before it runs its own by {@link run}: of a tenant and of a caller no more than may work and wait
   * there. @throws TooManyRequestsError, with nothing done
   */
  admit<T>(asker: Asker, work: () => Promise<T>): Promise<T> {
    const { database } = asker.tenant;
    const { concurrent_database: atOnce, calls_per_second: waiting } = this.limits.of(asker.tenant);
    const places = this.toPlaces(asker, waiting);
    const rules = { waiting: 0, full: () => this.refuse() };
    const ofTenant = (): Promise<T> => this.admitted.run(database, work, { ...rules, atOnce: atOnce + waiting });
    return places === null ? ofTenant() : this.admitted.run(`${database} ${places.who}`, ofTenant, { ...rules, atOnce: atOnce + places.most });
  }

  /** Runs `work` at once; null where it would have to wait. */
  runNow<T>(tenant: Tenant, work: () => Promise<T>): Promise<T> | null {
    return this.lines.runNow(tenant.database, work, this.limits.of(tenant).concurrent_database);
  }

  // Of the places to wait, how many whoever asks may have; null: all.
  private toPlaces({ tenant, caller, request }: Asker, waiting: number): Part | null {
    const share = toShare(tenant, caller, request, this.config.fairness.callerShare);
    return share === null ? null : toPart(share, waiting);
  }

  private refuse(): TooManyRequestsError {
    this.metrics.countLimited('concurrent_database');
    return new TooManyRequestsError();
  }
}
