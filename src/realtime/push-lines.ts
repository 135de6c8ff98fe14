import { setTimeout as delay } from 'node:timers/promises';

import type { Insertion } from '../mongo/index.js';

/** How much may wait, and for how long. */
export interface LineLimits {
  /** Insertions that may wait in all lines together before no more are taken. */
  readonly waiting: number;
  /** How long a line that keeps others waiting may be at one piece of work, in milliseconds. */
  readonly stuckMs: number;
}

/** What is done with the insertions of one database. */
export interface LineWork {
  /** The next ones of that database come when it has resolved. It must not reject. */
  readonly push: (database: string, insertions: readonly Insertion[]) => Promise<void>;
  /** Is told of those that are not pushed, because their line was stuck. */
  readonly giveUp: (database: string, insertions: readonly Insertion[]) => void;
}

interface Line {
  waiting: Insertion[];
  beganAt: number;
  working: Promise<void>;
}

// Enough for one query of their rooms, and all that a line that is stuck keeps beside what waits.
const MOST_AT_ONCE = 500;

/** Pushes of databases side by side, those of each in order: a slow one keeps no other waiting. Bounded: what waits for one that is stuck is given up. */
export class PushLines {
  private readonly lines = new Map<string, Line>();
  private count = 0;
  private stopped = false;

  constructor(
    private readonly limits: LineLimits,
    private readonly work: LineWork,
  ) {}

  /** How many wait in all lines together. */
  get waiting(): number {
    return this.count;
  }

  /** Takes insertions; resolves when there is place for more. */
  async take(insertions: readonly Insertion[]): Promise<void> {
    for (const insertion of insertions) this.lineOf(insertion.database).waiting.push(insertion);
    this.count += insertions.length;
    for (const database of new Set(insertions.map((insertion) => insertion.database))) this.begin(database);
    while (!this.hasPlace()) await this.wait();
  }

  /** Forgets what waits; resolves when what was begun is done. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const line of this.lines.values()) this.empty(line);
    await Promise.all([...this.lines.values()].map(({ working }) => working));
  }

  private lineOf(database: string): Line {
    const line = this.lines.get(database) ?? { waiting: [], beganAt: 0, working: Promise.resolve() };
    this.lines.set(database, line);
    return line;
  }

  private begin(database: string): void {
    const line = this.lineOf(database);
    if (line.beganAt === 0) void this.run(database, line);
  }

  private async run(database: string, line: Line): Promise<void> {
    while (line.waiting.length > 0) {
      const next = line.waiting.splice(0, MOST_AT_ONCE);
      this.count -= next.length;
      line.beganAt = performance.now();
      line.working = this.work.push(database, next);
      await line.working;
    }
    this.lines.delete(database);
  }

  private hasPlace(): boolean {
    if (this.count >= this.limits.waiting) this.cutStuck();
    return this.stopped || this.count < this.limits.waiting;
  }

  private async wait(): Promise<void> {
    const looked = new AbortController();
    const look = delay(this.limits.stuckMs / 2, undefined, { ref: false, signal: looked.signal }).catch(() => undefined);
    await Promise.race([look, ...[...this.lines.values()].map(({ working }) => working)]);
    looked.abort();
  }

  private cutStuck(): void {
    const now = performance.now();
    for (const [database, line] of this.lines) {
      if (line.waiting.length > 0 && now - line.beganAt >= this.limits.stuckMs) this.work.giveUp(database, this.empty(line));
    }
  }

  private empty(line: Line): readonly Insertion[] {
    const dropped = line.waiting;
    line.waiting = [];
    this.count -= dropped.length;
    return dropped;
  }
}
