import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

import { AuditRepository, THIS_SERVICE } from '../audit/index.js';
import { CONFIG, type Config } from '../config/index.js';
import { TenantDirectory, type Tenant } from '../tenancy/index.js';
import { RetentionLeaseRepository, type Lease } from './retention-lease.repository.js';
import { RetentionService, type Removed } from './retention.service.js';

const DAY_MS = 86_400_000;

/** Removes, every now and then, what is past the `retention_days` of its tenant: one instance and one tenant at a time, nothing asked for others. */
@Injectable()
export class RetentionRunner implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('maintenance');
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly directory: TenantDirectory,
    private readonly leases: RetentionLeaseRepository,
    private readonly retention: RetentionService,
    private readonly audit: AuditRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    // Instances that were started together do not ask together.
    this.runIn(Math.random() * this.config.retentionMs);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.running;
  }

  private runIn(ms: number): void {
    this.timer = setTimeout(() => {
      this.running = this.run().then(() => {
        if (!this.isStopped()) this.runIn(this.config.retentionMs);
      });
    }, ms);
  }

  private async run(): Promise<void> {
    for (const tenant of this.findTenants()) {
      if (this.isStopped()) return;
      await this.runFor(tenant).catch((error: unknown) => this.logger.warn({ err: error, tenant: tenant.key }, 'old messages could not be removed'));
    }
  }

  private findTenants(): Tenant[] {
    try {
      return this.directory.findAll().filter(({ settings }) => settings.retention_days !== null);
    } catch {
      // The directory was never read: it says so itself.
      return [];
    }
  }

  private async runFor(tenant: Tenant): Promise<void> {
    const lease = await this.leases.take(tenant);
    if (lease === null) return;
    const days = tenant.settings.retention_days ?? Infinity;
    const before = new Date(lease.taken.getTime() - days * DAY_MS);
    await this.removeOld(tenant, before, lease);
    await this.leases.endIn(lease, this.isStopped() ? 0 : this.config.retentionMs / 2);
  }

  private async removeOld(tenant: Tenant, before: Date, lease: Lease): Promise<void> {
    const all = { messages: 0, emptied: 0 };
    try {
      for await (const { messages, emptied } of this.retention.removeOld(tenant, before)) {
        all.messages += messages;
        all.emptied += emptied;
        if (!(await this.mayGoOn(tenant, lease))) break;
      }
    } finally {
      if (all.messages > 0) await this.record(tenant, before, all);
    }
  }

  // An operator who takes the setting back should not have to wait for the end.
  private async mayGoOn({ key, database, settings }: Tenant, lease: Lease): Promise<boolean> {
    const now = this.directory.findByKey(key);
    const isMeant = now?.database === database && now.settings.retention_days === settings.retention_days;
    return isMeant && !this.isStopped() && this.leases.renew(lease);
  }

  private async record({ key }: Tenant, before: Date, { messages, emptied }: Removed): Promise<void> {
    this.logger.log({ tenant: key, messages, emptied, before }, 'old messages were removed');
    await this.audit.append([{ actor: THIS_SERVICE, action: 'messages removed', tenant: key, key: null, details: { messages, rooms_emptied: emptied, before } }]);
  }

  private isStopped(): boolean {
    return this.stopped;
  }
}
