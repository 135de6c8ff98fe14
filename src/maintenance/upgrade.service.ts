import { Injectable } from '@nestjs/common';

import { LOCATIONS } from '../location/index.js';
import { MESSAGES, SEND_KEYS } from '../message/index.js';
import { Clusters, DatabaseUnavailableError, DatabaseUserRefusedError } from '../mongo/index.js';
import { ROOMS } from '../room/index.js';
import { TenantModels, type Tenant, type TenantCollection } from '../tenancy/index.js';

/** What an upgrade makes of one collection of a tenant. */
export interface UpgradedCollection {
  readonly tenant: string;
  readonly collection: string;
  /** Version of its indexes before; null: none was known. */
  readonly from: number | null;
  readonly to: number;
}

interface Upgradable {
  readonly name: string;
  readonly indexVersion: number;
  make(models: TenantModels, tenant: Tenant): Promise<void>;
}

const COLLECTIONS: readonly Upgradable[] = [toUpgradable(ROOMS), toUpgradable(MESSAGES), toUpgradable(SEND_KEYS), toUpgradable(LOCATIONS)];

/** What a new release makes of stored data, done ahead of the first call. */
@Injectable()
export class UpgradeService {
  constructor(
    private readonly models: TenantModels,
    private readonly clusters: Clusters,
  ) {}

  /**
   * Gives the tenant's collections the indexes of this release, however long that takes: those that the directory knows to be behind, or
   * with `anew` whatever is missing. Collections that were never used are made on their first use.
   * @throws DatabaseUnavailableError when the tenant's cluster is away
   */
  async upgrade(tenant: Tenant, { anew }: { anew: boolean }): Promise<UpgradedCollection[]> {
    const upgraded: UpgradedCollection[] = [];
    for (const collection of COLLECTIONS) {
      const { name, indexVersion: to } = collection;
      const from = tenant.index_versions[name] ?? null;
      if (from === null || (from === to && !anew)) continue;
      await this.untilDone(tenant, () => collection.make(this.models, tenant));
      upgraded.push({ tenant: tenant.key, collection: name, from, to });
    }
    return upgraded;
  }

  // MongoDB goes on with an index that nobody waits for any more; asked again, it answers when that one is made.
  private async untilDone(tenant: Tenant, work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await work();
        return;
      } catch (error) {
        const cluster = this.clusters.find(tenant.cluster);
        if (cluster === null || !isLate(error)) throw error;
        await cluster.ping();
      }
    }
  }
}

function toUpgradable<T>(collection: TenantCollection<T>): Upgradable {
  const { name, indexVersion } = collection;
  return { name, indexVersion, make: (models, tenant) => models.makeIndexes(tenant, collection) };
}

function isLate(error: unknown): boolean {
  return error instanceof DatabaseUnavailableError && !(error instanceof DatabaseUserRefusedError);
}
