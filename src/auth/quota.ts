import { Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';

import { TooManyRequestsError } from '../common/index.js';
import { CONFIG, type Config } from '../config/index.js';
import { Metrics } from '../observe/index.js';
import { EffectiveLimits, type Limited, type Tenant } from '../tenancy/index.js';
import type { CallerRequest } from './admission.middleware.js';
import type { Caller } from './caller.js';
import { tellExceeded } from './rate-headers.js';
import { PausedCallers } from './paused-callers.js';
import { Rates, toSeconds, type Exceeded, type Rate } from './rates.js';
import { toPart, toShare, toSocketPart, type Part, type Share } from './share.js';

type Counted = 'calls_per_second' | 'sends_per_second';

/** What tenants and their callers may do in a second, and how many sockets they may have. */
@Injectable()
export class Quota {
  // An error's stack is dear to make, and nobody reads it here.
  private known = new TooManyRequestsError();

  constructor(
    private readonly rates: Rates,
    private readonly paused: PausedCallers,
    private readonly limits: EffectiveLimits,
    private readonly metrics: Metrics,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** How many of the tenant's sockets there may be, and how many of them whoever calls may have; null: all. */
  socketsOf(tenant: Tenant, caller: Caller, handshake: Request): { readonly most: number; readonly part: Part | null } {
    const { sockets: most } = this.limits.of(tenant);
    return { most, part: toSocketPart(tenant, caller, handshake, most) };
  }

  /** What to answer a call whose caller has just made too many, by what stands before its body, with the headers that say so; null for any other. */
  findRefusal(request: CallerRequest, response: Response): TooManyRequestsError | null {
    const paused = this.paused.find(request);
    if (paused === null) return null;
    request.tenant = paused.tenant;
    this.metrics.countLimited('calls_per_second');
    tellExceeded(response, paused.exceeded);
    return this.refusalAfter(toSeconds(paused.exceeded));
  }

  /** Counts a call for who makes it and for its tenant; answers the tenant's limits. @throws TooManyRequestsError, with the headers that say so */
  take(request: CallerRequest, response: Response, what: Counted): Limited {
    const { tenant, caller } = request;
    if (tenant === undefined || caller === undefined) throw new Error('The route is not behind the admission middleware; see app.module.ts');
    const exceeded = this.count(tenant, caller, request, what);
    if (exceeded === null) return this.limits.of(tenant);
    if (what === 'calls_per_second') this.paused.note(request, tenant, exceeded);
    tellExceeded(response, exceeded);
    throw new TooManyRequestsError(toSeconds(exceeded));
  }

  /** Counts what an admitted socket sent, as a call. @throws TooManyRequestsError */
  takeEvent(tenant: Tenant, caller: Caller, handshake: Request): void {
    const exceeded = this.count(tenant, caller, handshake, 'calls_per_second');
    if (exceeded !== null) throw new TooManyRequestsError(toSeconds(exceeded));
  }

  private refusalAfter(seconds: number): TooManyRequestsError {
    if (this.known.retryAfterSeconds !== seconds) this.known = new TooManyRequestsError(seconds);
    return this.known;
  }

  private count(tenant: Tenant, caller: Caller, request: Request, what: Counted): Exceeded | null {
    if (!this.config.fairness.limitsRates) return null;
    const share = toShare(tenant, caller, request, this.config.fairness.callerShare);
    const exceeded = this.rates.count(toRates(`${tenant.database} ${what}`, this.limits.of(tenant)[what], share));
    if (exceeded !== null) this.metrics.countLimited(what);
    return exceeded;
  }
}

// The caller's first: what is over its share is not taken from the others.
function toRates(key: string, perSecond: number, share: Share | null): Rate[] {
  const all = { key, perSecond };
  return share === null ? [all] : [toRate(key, toPart(share, perSecond)), all];
}

function toRate(key: string, { who, most }: Part): Rate {
  return { key: `${key} ${who}`, perSecond: most };
}
