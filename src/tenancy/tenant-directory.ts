import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

import { Subject } from 'rxjs';

import { CONFIG, type Config } from '../config/index.js';
import { DatabaseUnavailableError } from '../mongo/index.js';
import { TenantRepository } from './tenant.repository.js';
import type { Tenant } from './tenant.js';

/** All tenants, in memory; another instance's change is in it within `DIRECTORY_REFRESH_MS` and one query. */
@Injectable()
export class TenantDirectory implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Tells each time that some tenant may be another than before. */
  readonly changes = new Subject<void>();
  private readonly logger = new Logger('tenancy');
  private tables: Tables | null = null;
  private timer: NodeJS.Timeout | null = null;
  private reading: Promise<void> | null = null;
  private away = false;
  private stopped = false;

  constructor(
    private readonly tenants: TenantRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Reads the directory before the service listens; goes on without where the database is away. */
  async onApplicationBootstrap(): Promise<void> {
    await this.follow();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.reading?.catch(() => undefined);
  }

  /** The tenant of that key, or null. @throws DatabaseUnavailableError while the directory was never read, as all finders */
  findByKey(key: string): Tenant | null {
    return this.read().byKey.get(key) ?? null;
  }

  /** All tenants, by key. */
  findAll(): Tenant[] {
    return [...this.read().byKey.values()];
  }

  findByName(name: string): Tenant | null {
    return this.read().byName.get(name) ?? null;
  }

  findBySubDomain(host: string): Tenant | null {
    return this.read().bySubDomain.get(host) ?? null;
  }

  /** Reads what has changed now; afterwards every change that was stored before the call is in memory. */
  async refresh(): Promise<void> {
    // A read that is under way may have begun before the change, so it does not count.
    while (this.reading !== null) await this.reading.catch(() => undefined);
    this.reading = this.readChanges();
    await this.reading.finally(() => (this.reading = null));
  }

  private read(): Tables {
    if (this.tables === null) throw new DatabaseUnavailableError();
    return this.tables;
  }

  private async readChanges(): Promise<void> {
    const revision = await this.tenants.findRevision();
    if (revision === this.tables?.revision) return;
    this.tables = toTables(revision, await this.tenants.findAll());
    this.changes.next();
  }

  private async follow(): Promise<void> {
    try {
      await this.refresh();
      if (this.away) this.logger.log('the directory of tenants is readable again');
      this.away = false;
    } catch (error) {
      if (!this.away && !this.stopped) this.logger.warn({ err: error }, 'the directory of tenants cannot be read; going on with what is known');
      this.away = true;
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.follow(), this.config.directoryRefreshMs);
  }
}

interface Tables {
  readonly revision: number;
  readonly byKey: ReadonlyMap<string, Tenant>;
  readonly byName: ReadonlyMap<string, Tenant>;
  readonly bySubDomain: ReadonlyMap<string, Tenant>;
}

// The revision is read before the tenants: a change in between makes the next read repeat, never miss.
function toTables(revision: number, tenants: readonly Tenant[]): Tables {
  return {
    revision,
    byKey: new Map(tenants.map((tenant) => [tenant.key, tenant])),
    byName: new Map(tenants.flatMap((tenant) => tenant.names.map((name) => [name, tenant]))),
    bySubDomain: new Map(tenants.flatMap((tenant) => tenant.sub_domains.map((host) => [host, tenant]))),
  };
}
