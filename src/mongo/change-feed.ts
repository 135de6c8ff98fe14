import { setTimeout as delay } from 'node:timers/promises';

import { Logger } from '@nestjs/common';
import type { mongo } from 'mongoose';

import type { Cluster } from './cluster.js';

// How long MongoDB holds a question that it has nothing for; a stream that hears nothing for far longer is broken.
const HELD_MS = 1_000;
const SILENCE_MS = 10_000;
const RETRY_MS = 500;
const MOST_WAITING = 2_000;

/** A document that was inserted, where and when. */
export interface Insertion {
  readonly committed: Date;
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
  /** Is told when the feed goes on from now and not from where it was: what was inserted from that date on may have been left out. */
  readonly missed: (since: Date) => void;
}

/**
 * Follows a cluster's change stream: each insertion once, after its commit, in order; what was brought in by an import, a load or a repair is left
 * out. A fault is mended by resuming at the last one that was read; only where MongoDB no longer has that place in its log does the feed go on from now.
 */
export class ChangeFeed {
  private readonly logger = new Logger('mongo');
  private readonly waiting: Insertion[] = [];
  private working: Promise<void> | null = null;
  private stream: mongo.ChangeStream | null = null;
  private token: mongo.ResumeToken;
  private stopped = false;
  private isAway = false;
  // Up to when everything was read.
  private readUpTo = new Date();
  private heardAt = performance.now();

  /** How long after its commit the newest insertion came here. */
  lagSeconds = 0;
  /** How often it went on after a fault that the driver did not mend, and how often MongoDB no longer knew from where. */
  resumed = 0;
  lost = 0;

  constructor(
    readonly cluster: Cluster,
    private readonly options: FeedOptions,
  ) {}

  /** How long MongoDB has said nothing here, not even that there is nothing new. */
  get silentSeconds(): number {
    return (performance.now() - this.heardAt) / 1_000;
  }

  /** How many insertions were read and wait to be taken. */
  get untaken(): number {
    return this.waiting.length;
  }

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
        const isFromNow = this.token === undefined;
        this.stream = await this.open();
        this.stream.once('resumeTokenChanged', () => {
          this.tellOpen(opened);
          // Not before: whoever catches up now misses nothing of what comes after.
          if (isFromNow) this.options.missed(this.readUpTo);
        });
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
      const asked = new Date();
      const change = await answeredInTime(stream.tryNext());
      if (this.isStopped()) return;
      this.token = stream.resumeToken;
      this.heardAt = performance.now();
      this.readUpTo = dateOf(change) ?? asked;
      if (change?.operationType === 'insert') this.add(change, this.readUpTo);
      // Reading waits while more than enough is waiting: what was not read is kept by MongoDB.
      if (this.waiting.length >= MOST_WAITING) await this.working;
    }
  }

  private add(change: mongo.ChangeStreamInsertDocument, committed: Date): void {
    // Of two machines' clocks: about, and never below zero.
    this.lagSeconds = Math.max(0, Date.now() - (change.wallTime?.getTime() ?? Date.now())) / 1_000;
    this.waiting.push(toInsertion(change, committed));
    this.working ??= this.work().finally(() => (this.working = null));
  }

  // What arrives while a batch is taken becomes the next batch.
  private async work(): Promise<void> {
    while (this.waiting.length > 0) await this.options.take(this.waiting.splice(0));
  }

  private tellOpen(opened: () => void): void {
    if (this.isAway) {
      this.resumed++;
      this.logger.log({ cluster: this.cluster.name }, 'the change stream is open again');
    }
    this.isAway = false;
    opened();
  }

  private async recover(error: unknown): Promise<void> {
    const isLost = this.token !== undefined && isHistoryLost(error);
    if (isLost) this.logger.error({ err: error, cluster: this.cluster.name }, 'MongoDB no longer knows where the change stream was: going on from now');
    else if (!this.isAway) this.logger.warn({ err: error, cluster: this.cluster.name }, 'the change stream is broken; resuming it');
    if (isLost) {
      this.lost++;
      this.token = undefined;
    }
    this.isAway = true;
    await delay(RETRY_MS);
  }

  private isStopped(): boolean {
    return this.stopped;
  }
}

function toInsertion({ ns, fullDocument }: mongo.ChangeStreamInsertDocument, committed: Date): Insertion {
  return { committed, database: ns.db, collection: ns.coll, document: fullDocument };
}

function dateOf(change: mongo.ChangeStreamDocument | null): Date | null {
  return change?.clusterTime === undefined ? null : new Date(change.clusterTime.t * 1_000);
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
