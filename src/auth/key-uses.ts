import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

import { toMinute } from '../common/index.js';
import { KeyUseRepository, type KeyUse, type Tenant } from '../tenancy/index.js';

const WRITE_MS = 60_000;

/** Remembers in memory when API keys were used, to the minute, and stores it once a minute: a call costs no write. */
@Injectable()
export class KeyUses implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('auth');
  private uses = new Map<string, KeyUse>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly stored: KeyUseRepository) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.tryToWrite(), WRITE_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.tryToWrite();
  }

  /** The key of the tenant is used now. */
  note({ key: tenant }: Tenant, id: string): void {
    this.uses.set(id, { id, tenant, at: toMinute(new Date()) });
  }

  /** Stores what was noted since the last time. @throws DatabaseUnavailableError, with nothing forgotten */
  async write(): Promise<void> {
    const uses = this.uses;
    if (uses.size === 0) return;
    this.uses = new Map();
    try {
      await this.stored.note([...uses.values()]);
    } catch (error) {
      this.uses = new Map([...uses, ...this.uses]);
      throw error;
    }
  }

  private async tryToWrite(): Promise<void> {
    await this.write().catch((error: unknown) => this.logger.warn({ err: error }, 'the last uses of API keys could not be stored'));
  }
}
