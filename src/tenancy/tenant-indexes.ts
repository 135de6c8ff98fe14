import { Injectable } from '@nestjs/common';
import type { Model } from 'mongoose';

import { PromiseCache } from '../common/index.js';
import { TenantRepository } from './tenant.repository.js';
import type { Tenant } from './tenant.js';

interface IndexedCollection {
  readonly name: string;
  readonly indexVersion: number;
  readonly formerIndexes?: readonly string[];
}

/** Makes a tenant's indexes on its first touch, never for all tenants at the start; the directory remembers the version. */
@Injectable()
export class TenantIndexes {
  private readonly made = new PromiseCache<void>();

  constructor(private readonly tenants: TenantRepository) {}

  /** Resolves when `collection` of the tenant has the indexes of its version. */
  async ensure<T>(tenant: Tenant, collection: IndexedCollection, model: Model<T>): Promise<void> {
    if (tenant.index_versions[collection.name] === collection.indexVersion) return;
    const id = `${tenant.cluster}/${tenant.database}/${collection.name}`;
    await this.made.get(id, () => this.make(tenant, collection, model));
  }

  /** Makes the indexes of its version anew, those of them that are missing, whatever the directory remembers. */
  async make<T>(tenant: Tenant, { name, indexVersion, formerIndexes = [] }: IndexedCollection, model: Model<T>): Promise<void> {
    await model.createIndexes();
    for (const former of await namesOf(model)) if (formerIndexes.includes(former)) await drop(model, former);
    await this.tenants.setIndexVersion(tenant, name, indexVersion);
  }
}

async function namesOf<T>(model: Model<T>): Promise<string[]> {
  return (await model.listIndexes()).map(({ name }) => name as string);
}

// Another instance may have been first.
async function drop<T>(model: Model<T>, index: string): Promise<void> {
  await model.collection.dropIndex(index).catch((error: unknown) => {
    if ((error as { codeName?: unknown }).codeName !== 'IndexNotFound') throw error;
  });
}
