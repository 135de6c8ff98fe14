import { Injectable } from '@nestjs/common';
import type { Model } from 'mongoose';

import { TenantRepository } from './tenant.repository.js';
import type { Tenant } from './tenant.js';

/** Makes a tenant's indexes on its first touch, never for all tenants at the start; the directory remembers the version. */
@Injectable()
export class TenantIndexes {
  private readonly made = new Map<string, Promise<void>>();

  constructor(private readonly tenants: TenantRepository) {}

  /** Resolves when `collection` of the tenant has the indexes of its version. */
  async ensure<T>(tenant: Tenant, collection: { name: string; indexVersion: number }, model: Model<T>): Promise<void> {
    if (tenant.index_versions[collection.name] === collection.indexVersion) return;
    const id = `${tenant.cluster}/${tenant.database}/${collection.name}`;
    const making = this.made.get(id) ?? this.make(tenant, collection, model);
    this.made.set(id, making);
    making.catch(() => this.made.delete(id));
    await making;
  }

  private async make<T>(tenant: Tenant, { name, indexVersion }: { name: string; indexVersion: number }, model: Model<T>): Promise<void> {
    await model.createIndexes();
    await this.tenants.setIndexVersion(tenant, name, indexVersion);
  }
}
