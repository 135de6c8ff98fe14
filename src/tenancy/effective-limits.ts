import { Inject, Injectable } from '@nestjs/common';

import { CONFIG, type Config } from '../config/index.js';
import type { Tenant, TenantLimits } from './tenant.js';

/** What a tenant may take of this instance, each of it said. */
export type Limited = { readonly [K in keyof TenantLimits]: number };

/** The limits that are in force for each tenant: its own, else the service's. */
@Injectable()
export class EffectiveLimits {
  private readonly defaults: Limited;
  private readonly known = new WeakMap<TenantLimits, Limited>();

  constructor(@Inject(CONFIG) { limits, fairness }: Config) {
    this.defaults = {
      calls_per_second: fairness.callsPerSecond,
      sends_per_second: fairness.sendsPerSecond,
      sockets: fairness.sockets,
      concurrent_database: fairness.concurrentDatabase,
      rooms_a_list: fairness.roomsAList,
      body_bytes: limits.bodyBytes,
      message_characters: limits.message,
    };
  }

  /** The limits of this tenant. */
  of({ limits }: Tenant): Limited {
    const known = this.known.get(limits) ?? this.put(limits);
    this.known.set(limits, known);
    return known;
  }

  // Nobody may send more at once than the service reads.
  private put(own: TenantLimits): Limited {
    const { defaults } = this;
    const set = Object.fromEntries(Object.entries(own).filter(([, limit]) => limit !== null)) as Partial<Limited>;
    const limits = { ...defaults, ...set };
    return {
      ...limits,
      body_bytes: Math.min(limits.body_bytes, defaults.body_bytes),
      message_characters: Math.min(limits.message_characters, defaults.message_characters),
    };
  }
}
