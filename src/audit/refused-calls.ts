import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

import { toMinute, type AppError } from '../common/index.js';
import { THIS_SERVICE, type AuditEntry } from './audit-record.js';
import { AuditRepository } from './audit.repository.js';

const WRITE_MS = 10_000;
// More than the reasons of a hundred deployments; what is over it is counted together.
const MOST_COUNTS = 1_000;
const REFUSALS: ReadonlySet<number> = new Set([401, 403, 429]);

/** How many calls of a tenant were refused for one reason in one minute. */
interface Refusals {
  readonly tenant: string | null;
  readonly reason: string;
  readonly minute: Date;
  readonly count: number;
}

/** Counts refused calls in memory and records the counts: whoever calls again and again cannot fill the database. */
@Injectable()
export class RefusedCalls implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('audit');
  private counts = new Map<string, Refusals>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly records: AuditRepository) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.tryToWrite(), WRITE_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.tryToWrite();
  }

  /** Counts a call where the error refuses it: by the error's reason for the operator, or its code. */
  count(tenant: string | null, error: AppError): void {
    if (REFUSALS.has(error.status)) this.add({ tenant, reason: reasonOf(error), minute: toMinute(new Date()), count: 1 });
  }

  /** Records what was counted since the last time: one record a tenant, reason and minute. @throws DatabaseUnavailableError, with nothing forgotten */
  async write(): Promise<void> {
    const counts = this.counts;
    if (counts.size === 0) return;
    this.counts = new Map();
    try {
      await this.records.append([...counts.values()].map(toEntry));
    } catch (error) {
      for (const refusals of counts.values()) this.add(refusals);
      throw error;
    }
  }

  private add(refusals: Refusals): void {
    const { tenant, reason, minute, count } = refusals;
    const name = JSON.stringify([tenant, reason, minute]);
    const known = this.counts.get(name);
    if (known === undefined && this.counts.size >= MOST_COUNTS && reason !== 'others') this.add({ ...refusals, tenant: null, reason: 'others' });
    else this.counts.set(name, { ...refusals, count: count + (known?.count ?? 0) });
  }

  private async tryToWrite(): Promise<void> {
    await this.write().catch((error: unknown) => this.logger.warn({ err: error }, 'refused calls could not be recorded'));
  }
}

function toEntry({ tenant, ...details }: Refusals): AuditEntry {
  return { actor: THIS_SERVICE, action: 'calls refused', tenant, key: null, details };
}

// Callers get one answer whatever is wrong with their credential; the operator is told.
function reasonOf(error: AppError): string {
  const { reason } = error as { readonly reason?: unknown };
  return typeof reason === 'string' ? `${error.code}: ${reason}` : error.code;
}
