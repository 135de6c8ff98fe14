import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';

import { CONFIG, type Config } from '../config/index.js';
import { EffectiveLimits, type Tenant } from '../tenancy/index.js';
import { ANONYMOUS } from './caller.js';
import { Rates, type Exceeded, type Rate } from './rates.js';
import { toPart, toShare, type Share } from './share.js';

/** How many credentials of each address were refused of late: as many may be as an address may make calls. */
@Injectable()
export class Refusals {
  constructor(
    private readonly rates: Rates,
    private readonly limits: EffectiveLimits,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Counts one; answers what is exceeded by it, or null. */
  count(tenant: Tenant, request: Request): Exceeded | null {
    const rate = this.rateOf(tenant, request);
    return rate === null ? null : this.rates.count([rate]);
  }

  /** What one more would exceed, or null. */
  exceededOf(tenant: Tenant, request: Request): Exceeded | null {
    const rate = this.rateOf(tenant, request);
    return rate === null ? null : this.rates.exceededOf(rate);
  }

  /** Who sends a credential that may be anybody's: the address. Null for the backends of `open_from`. */
  shareOf(tenant: Tenant, request: Request): Share | null {
    return toShare(tenant, ANONYMOUS, request, this.config.fairness.callerShare);
  }

  private rateOf(tenant: Tenant, request: Request): Rate | null {
    const share = this.config.fairness.limitsRates ? this.shareOf(tenant, request) : null;
    if (share === null) return null;
    const { who, most } = toPart(share, this.limits.of(tenant).calls_per_second);
    return { key: `${tenant.database} refused ${who}`, perSecond: most };
  }
}
