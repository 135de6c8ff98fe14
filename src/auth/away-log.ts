import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

const MOST_SERVERS = 500;
const SILENCE_MS = 60_000;

/** Tells the operator that a server of a deployment fails, once a minute for each, however many calls meet it. */
export class AwayLog {
  private readonly logger = new Logger('auth');
  private readonly told = new LRUCache<string, true>({ max: MOST_SERVERS, ttl: SILENCE_MS });

  constructor(private readonly sentence: string) {}

  /** Only the host is told: the rest of an address may be a secret. */
  tell(url: string, error: unknown): void {
    const { host } = new URL(url);
    if (this.told.has(host)) return;
    this.told.set(host, true);
    this.logger.warn({ host, err: error }, this.sentence);
  }
}
