import { Injectable } from '@nestjs/common';

import { TenantModels, type Tenant } from '../tenancy/index.js';
import { LOCATIONS } from './location.schema.js';
import type { Location } from './location.js';

/** The locations of a tenant's agents, as stored. */
@Injectable()
export class LocationRepository {
  constructor(private readonly models: TenantModels) {}

  async insert(tenant: Tenant, location: Location): Promise<void> {
    await this.models.with(tenant, LOCATIONS, (locations) => locations.insertMany([location]));
  }

  /** The newest location of an agent on an order, or null. */
  findNewest(tenant: Tenant, agentId: number, orderId: number): Promise<Location | null> {
    return this.models.with(tenant, LOCATIONS, (locations) =>
      locations.findOne({ agent_id: agentId, order_id: orderId }).sort({ created_date: -1, _id: -1 }).lean<Location | null>(),
    );
  }
}
