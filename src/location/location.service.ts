import { Injectable } from '@nestjs/common';

import { newId } from '../mongo/index.js';
import type { Tenant } from '../tenancy/index.js';
import { LocationNotFoundError } from './location.errors.js';
import { LocationRepository } from './location.repository.js';
import type { Location, LocationFields } from './location.js';

/** Where agents are. */
@Injectable()
export class LocationService {
  constructor(private readonly locations: LocationRepository) {}

  /** Stores where an agent is now. */
  async save(tenant: Tenant, fields: LocationFields): Promise<Location> {
    const now = new Date();
    const location = { _id: newId(), ...fields, created_date: now, updated_date: now, __v: 0 };
    await this.locations.insert(tenant, location);
    return location;
  }

  /** The newest location of an agent on an order. @throws LocationNotFoundError */
  async getNewest(tenant: Tenant, agentId: number, orderId: number): Promise<Location> {
    const location = await this.locations.findNewest(tenant, agentId, orderId);
    if (location === null) throw new LocationNotFoundError();
    return location;
  }
}
