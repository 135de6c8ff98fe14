import { Injectable } from '@nestjs/common';

import { TenantModels, type Tenant } from '../tenancy/index.js';
import { LOCATIONS } from './location.schema.js';
import type { Location } from './location.js';

const REMOVED_AT_ONCE = 1_000;

/** The locations of a tenant's agents, as stored. */
@Injectable()
export class LocationRepository {
  constructor(private readonly models: TenantModels) {}

  async insert(tenant: Tenant, location: Location): Promise<void> {
    await this.models.with(tenant, LOCATIONS, (locations) => locations.insertMany([location]));
  }

  /** True where there is a location of the agent; nothing is made where there never was one. */
  hasOf(tenant: Tenant, agentId: number): Promise<boolean> {
    return this.models.onDatabase(tenant, async (database) => (await database.collection(LOCATIONS.name).findOne({ agent_id: agentId })) !== null);
  }

  /** Removes some locations of the agent and answers how many; 0: there are no more. */
  removeSomeOf(tenant: Tenant, agentId: number): Promise<number> {
    return this.models.onDatabase(tenant, async (database) => {
      const locations = database.collection(LOCATIONS.name);
      const some = await locations.find({ agent_id: agentId }, { projection: { _id: 1 }, limit: REMOVED_AT_ONCE, batchSize: REMOVED_AT_ONCE + 1 }).toArray();
      if (some.length === 0) return 0;
      return (await locations.deleteMany({ _id: { $in: some.map(({ _id }) => _id) } })).deletedCount;
    });
  }

  /** The newest location of an agent on an order, or null. */
  findNewest(tenant: Tenant, agentId: number, orderId: number): Promise<Location | null> {
    return this.models.with(tenant, LOCATIONS, (locations) =>
      locations.findOne({ agent_id: agentId, order_id: orderId }).sort({ created_date: -1, _id: -1 }).lean<Location | null>(),
    );
  }
}
