import { Injectable } from '@nestjs/common';
import type { Model, mongo } from 'mongoose';

import { ALL_AT_ONCE, readAll, type Id } from '../mongo/index.js';
import { TenantModels, type Tenant } from '../tenancy/index.js';
import { LOCATIONS, type LocationRecord } from './location.schema.js';
import type { Location } from './location.js';

/** Locations that are moved in from another database, as stored: marked, so that no socket is told of them. */
@Injectable()
export class BroughtLocationRepository {
  constructor(private readonly models: TenantModels) {}

  /** Those of these ids that are stored. */
  find(tenant: Tenant, ids: readonly Id[]): Promise<Location[]> {
    return this.models.with(tenant, LOCATIONS, async (locations, deadline) => {
      const found: Location[] = [];
      await readAll(toCollection(locations).find({ _id: { $in: [...ids] } }, { batchSize: ALL_AT_ONCE }), deadline, (location) => found.push(location));
      return found;
    });
  }

  /** Stores locations, marked; what is stored already stays as it is. */
  async insertMissing(tenant: Tenant, all: readonly Location[]): Promise<void> {
    const writes = all.map(({ _id, ...fields }) => ({ updateOne: { filter: { _id }, update: { $setOnInsert: { ...fields, brought_in: true as const } }, upsert: true } }));
    await this.models.with(tenant, LOCATIONS, (locations) => toCollection(locations).bulkWrite(writes, { ordered: false }));
  }
}

function toCollection(locations: Model<LocationRecord>): mongo.Collection<Location> {
  return locations.collection as unknown as mongo.Collection<Location>;
}
