import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { RoomService } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';

// One that is older is as right: it only reaches back further.
const KEPT_MS = 1_000;
const MOST_KEPT = 10_000;

/** Up to which date tenants' lists are complete; asked for once a second at most. */
@Injectable()
export class SettledDates {
  private readonly known = new LRUCache<string, Promise<Date>>({ max: MOST_KEPT, ttl: KEPT_MS });

  constructor(private readonly rooms: RoomService) {}

  /** A date up to which lists that are read from now on are complete: what they miss has a later one. @throws DatabaseUnavailableError */
  get(tenant: Tenant): Promise<Date> {
    const key = `${tenant.cluster}/${tenant.database}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const asked = this.rooms.findSettledDate(tenant);
    this.known.set(key, asked);
    asked.catch(() => this.known.delete(key));
    return asked;
  }
}
