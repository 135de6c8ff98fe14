import { setTimeout as delay } from 'node:timers/promises';

import { Inject, Injectable } from '@nestjs/common';

import { THIS_SERVICE, type Actor } from '../audit/index.js';
import { ValidationFailedError } from '../common/index.js';
import { CONFIG, type Config } from '../config/index.js';
import { Clusters } from '../mongo/index.js';
import { TenantDirectory, TenantModels, TenantRepository, type Tenant } from '../tenancy/index.js';
import { DatabaseKeptError, DatabaseUserUnsettledError, TenantHasDataError, TenantNotFoundError } from './admin.errors.js';
import type { PutTenantDto } from './dto/put-tenant.dto.js';
import { applyChange } from './tenant-change.js';

const KEY = /^[a-z0-9-]{1,40}$/;

/** Tenants made, listed, changed and removed: the one service behind the admin API and the command line. */
@Injectable()
export class TenantAdminService {
  constructor(
    private readonly tenants: TenantRepository,
    private readonly directory: TenantDirectory,
    private readonly clusters: Clusters,
    private readonly models: TenantModels,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Makes or changes a tenant; in force here when it returns, elsewhere within 5 s.
   * @throws ValidationFailedError (key, cluster or database_user), NameTakenError, TenantHasDataError, DatabaseUnavailableError, DatabaseUserUnsettledError
   */
  async put(key: string, change: PutTenantDto, actor: Actor = THIS_SERVICE): Promise<Tenant> {
    if (!KEY.test(key)) throw new ValidationFailedError('key must be 1 to 40 of a-z, 0-9 and -.');
    let before: Tenant | null = null;
    const decide = async (current: Tenant | null): Promise<Tenant> => {
      before = current;
      const next = applyChange(key, current, change);
      if (current?.cluster !== next.cluster) await this.checkCluster(current, next);
      await this.checkDatabaseUser(current, next);
      return next;
    };
    const tenant = await this.tenants.put(key, decide, actor);
    await this.settleUser(before, tenant);
    await this.directory.refresh();
    return tenant;
  }

  /** All tenants, by key. */
  findAll(): Promise<Tenant[]> {
    return this.tenants.findAll();
  }

  /** @throws TenantNotFoundError */
  async get(key: string): Promise<Tenant> {
    const tenant = await this.tenants.findOne(key);
    if (tenant === null) throw new TenantNotFoundError();
    return tenant;
  }

  /** Removes a tenant; its database stays unless `dropDatabase`. @throws TenantNotFoundError, DatabaseUnavailableError, DatabaseKeptError */
  async remove(key: string, { dropDatabase }: { dropDatabase: boolean }, actor: Actor = THIS_SERVICE): Promise<{ tenant: Tenant; dropped: boolean }> {
    // A database that cannot be reached cannot be dropped: then the tenant stays too.
    if (dropDatabase) await this.models.hasData(await this.get(key));
    const tenant = await this.tenants.remove(key, actor);
    if (tenant === null) throw new TenantNotFoundError();
    await this.directory.refresh();
    if (dropDatabase) await this.drop(tenant, actor);
    return { tenant, dropped: dropDatabase };
  }

  private async checkCluster(current: Tenant | null, next: Tenant): Promise<void> {
    if (this.clusters.find(next.cluster) === null) {
      throw new ValidationFailedError(`cluster must be one of ${this.clusters.names().join(', ')}.`);
    }
    if (current !== null && (await this.models.hasData(current))) throw new TenantHasDataError('cluster');
  }

  private async checkDatabaseUser(current: Tenant | null, next: Tenant): Promise<void> {
    const { database_user: had = false, cluster = next.cluster } = current ?? {};
    if (had === next.database_user && cluster === next.cluster) return;
    if (next.database_user && !this.canMakeUsers) throw new ValidationFailedError('database_user needs DATABASE_USER_SECRET to be set.');
    if (current !== null && (await this.models.hasData(current))) throw new TenantHasDataError('database_user');
  }

  // After the tenant is stored: MongoDB has no transactions of users. Without the secret, as a command line may be, the user stays as it is.
  private async settleUser(before: Tenant | null, tenant: Tenant): Promise<void> {
    try {
      if (before?.database_user && (!tenant.database_user || before.cluster !== tenant.cluster)) await this.models.removeUser(before);
      if (tenant.database_user && this.canMakeUsers) await this.models.putUser(tenant);
    } catch (error) {
      throw new DatabaseUserUnsettledError(error);
    }
  }

  private get canMakeUsers(): boolean {
    return this.config.mongo.users.secret !== null;
  }

  // Another instance that has not seen the removal yet could write to the database and so make it again.
  private async drop(tenant: Tenant, actor: Actor): Promise<void> {
    await delay(2 * this.config.directoryRefreshMs);
    try {
      await this.models.drop(tenant);
    } catch (error) {
      throw new DatabaseKeptError(tenant.database, error);
    }
    await this.tenants.recordDrop(tenant, actor);
  }
}
