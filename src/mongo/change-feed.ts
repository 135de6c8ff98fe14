import { setTimeout as delay } from 'node:timers/promises';

import { Logger } from '@nestjs/common';
import type { mongo } from 'mongoose';

import type { Cluster } from './cluster.js';

// How long MongoDB holds a question that it has nothing for; a stream that hears nothing for far longer is broken.
const HELD_MS = 1_000;
const SILENCE_MS = 10_000;
const RETRY_MS = 500;
const MOST_WAITING = 2_000;

/** A document that was inserted, and where. */
export interface Insertion {
  readonly database: string;
  readonly collection: string;
  readonly document: mongo.Document;
}

/** What a feed follows, and who takes it. */
export interface FeedOptions {
  readonly databases: RegExp;
  readonly collections: readonly string[];
  /** Takes insertions in the order of their commits; the next ones come when it has resolved. It must not reject. */
  readonly take: (insertions: readonly Insertion[]) => Promise<void>;
}

/**
 * Follows a cluster's change stream: each insertion once, after its commit, in order. A fault is mended by resuming at the last one
 * that was read; only where MongoDB no longer has that place in its log does the feed go on from now.
 */
export class ChangeFeed {
  private readonly logger = new Logger('mongo');
  private readonly waiting: Insertion[] = [];
  private working: Promise<void> | null = null;
  private stream: mongo.ChangeStream | null = null;
  private token: mongo.ResumeToken;
  private stopped = false;
  private isAway = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly options: FeedOptions,
  ) {}

  /** Begins to follow and keeps on until it is stopped; resolves when the stream is open for the first time. To be called once. */
  start(): Promise<void> {
    return new Promise((resolve) => void this.follow(resolve));
  }

  /** Takes nothing more; resolves when what was taken is done. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.waiting.length = 0;
    void this.stream?.close().catch(() => undefined);
    await this.working;
  }

  private async follow(opened: () => void): Promise<void> {
    while (!this.isStopped()) {
      try {
        this.stream = await this.open();
        this.stream.once('resumeTokenChanged', () => this.tellOpen(opened));
        await this.read(this.stream);
      } catch (error) {
        // Not waited for: it asks a server that may be gone.
        void this.stream?.close().catch(() => undefined);
        if (!this.isStopped()) await this.recover(error);
      }
    }
  }

  private async open(): Promise<mongo.ChangeStream> {
    const { databases, collections } = this.options;
    const match = { operationType: 'insert', 'ns.db': databases, 'ns.coll': { $in: [...collections] }, 'fullDocument.brought_in': { $ne: true } };
    const client = await this.cluster.client();
    return client.watch([{ $match: match }], { maxAwaitTimeMS: HELD_MS, ...(this.token === undefined ? {} : { resumeAfter: this.token }) });
  }

  private async read(stream: mongo.ChangeStream): Promise<void> {
    while (!this.isStopped()) {
      const change = await answeredInTime(stream.tryNext());
      if (this.isStopped()) return;
      this.token = stream.resumeToken;
      if (change?.operationType === 'insert') this.add(toInsertion(change));
      // Reading waits while more than enough is waiting: what was not read is kept by MongoDB.
      if (this.waiting.length >= MOST_WAITING) await this.working;
    }
  }

  private add(insertion: Insertion): void {
    this.waiting.push(insertion);
    this.working ??= this.work().finally(() => (this.working = null));
  }

  // What arrives while a batch is taken becomes the next batch.
  private async work(): Promise<void> {
    while (this.waiting.length > 0) await this.options.take(this.waiting.splice(0));
  }

  private tellOpen(opened: () => void): void {
    if (this.isAway) this.logger.log({ cluster: this.cluster.name }, 'the change stream is open again');
    this.isAway = false;
    opened();
  }

  private async recover(error: unknown): Promise<void> {
    const isLost = this.token !== undefined && isHistoryLost(error);
    if (isLost) this.logger.error({ err: error, cluster: this.cluster.name }, 'MongoDB no longer knows where the change stream was: going on from now');
    else if (!this.isAway) this.logger.warn({ err: error, cluster: this.cluster.name }, 'the change stream is broken; resuming it');
    if (isLost) this.token = undefined;
    this.isAway = true;
    await delay(RETRY_MS);
  }

  private isStopped(): boolean {
    return this.stopped;
  }
}

function toInsertion({ ns, fullDocument }: mongo.ChangeStreamInsertDocument): Insertion {
  return { database: ns.db, collection: ns.coll, document: fullDocument };
}

// ChangeStreamFatalError, ChangeStreamHistoryLost, CappedPositionLost, InvalidResumeToken.
const LOST = [280, 286, 136, 260];

function isHistoryLost(error: unknown): boolean {
  return LOST.includes((error as { code?: unknown }).code as number);
}

async function answeredInTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer from MongoDB for ${SILENCE_MS} ms`)), SILENCE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    // Where it was late, closing the stream makes the question fail: nobody waits for it any more.
    answer.catch(() => undefined);
  }
}
