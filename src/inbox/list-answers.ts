import { createHash } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';

import { CONFIG, type Config } from '../config/index.js';
import { Metrics } from '../observe/index.js';
import type { Tenant } from '../tenancy/index.js';
import { CardStore } from './card-store.js';
import { toOwnBytes } from './own-bytes.js';

/** What lists take of the memory that is for rooms and lists together; cards have the rest. */
export const LISTS_SHARE = 1 / 4;
// A panel's list of thousands changes with each message, and would drive out all others.
const LARGEST_SHARE = 1 / 16;

/** Whole answers of lists as bytes: most lists that are asked for again are as they were. */
@Injectable()
export class ListAnswers {
  private readonly store: CardStore;
  private readonly largest: number;

  constructor(
    private readonly metrics: Metrics,
    @Inject(CONFIG) { limits }: Config,
  ) {
    this.store = new CardStore(limits.cards * LISTS_SHARE);
    this.largest = limits.cards * LISTS_SHARE * LARGEST_SHARE;
    metrics.gauge({ name: 'anteroom_list_answers_bytes', help: 'Memory that whole answers of lists take.' }, () => this.store.bytes);
  }

  /** The answer of that name with that ETag, and of so many rooms, or null. */
  find({ database }: Tenant, name: string, { etag, rooms }: { readonly etag: string; readonly rooms: number }): Buffer | null {
    const known = this.store.find(database, toShort(name), etag);
    if (known !== null) this.metrics.cardHits.inc(rooms);
    return known?.plain ?? null;
  }

  /** Keeps an answer in place of the one of its name. */
  keep({ database }: Tenant, name: string, { etag, bytes }: { readonly etag: string; readonly bytes: Buffer }): void {
    if (bytes.length > this.largest) return;
    const id = toShort(name);
    this.store.put(database, id, { id, revision: etag, plain: toOwnBytes(bytes), packed: null, isUsed: false });
  }
}

// A list of thousands of shops has a name of a hundred kilobytes, and may have no rooms.
function toShort(name: string): string {
  return createHash('sha1').update(name).digest('base64url');
}
