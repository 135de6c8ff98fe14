import { DatabaseUnavailableError } from './mongo.errors.js';

/** How long database work may take, and how the database is asked for a sign of life. */
export interface Patience {
  /** The longest that the database may keep silent, in milliseconds. */
  readonly silenceMs: number;
  /** The longest that work may take that shows no progress, however alive the database is, in milliseconds. */
  readonly workMs: number;
  /** When the database last answered anything, as `performance.now()`. */
  lastSign(): number;
  /** Asks it for an answer, without waiting. */
  probe(): void;
}

/** Ends the waiting for database work when the database keeps silent; work that gets on in steps renews it with each. */
export class Deadline {
  private began = performance.now();
  private timer: NodeJS.Timeout | undefined;
  private reject: (error: DatabaseUnavailableError) => void = () => undefined;
  private tell: () => void = () => undefined;
  private passed = false;
  private isOver = false;

  constructor(private readonly patience: Patience) {}

  /** Runs `work`; what comes later than the deadline is not waited for. @throws DatabaseUnavailableError when it passes */
  async bound<T>(work: () => Promise<T>): Promise<T> {
    const late = new Promise<never>((_, reject) => (this.reject = reject));
    this.wait(this.patience.silenceMs);
    try {
      return await Promise.race([work(), late]);
    } finally {
      this.isOver = true;
      clearTimeout(this.timer);
    }
  }

  /** Begins the time anew: there was progress. */
  renew(): void {
    this.began = performance.now();
  }

  /** Calls `tell` when the deadline passes; to be called once. */
  whenPassed(tell: () => void): void {
    this.tell = tell;
  }

  /** @throws DatabaseUnavailableError when the deadline has passed: its caller has been answered */
  check(): void {
    if (this.passed) throw new DatabaseUnavailableError();
  }

  // Half the time for the work itself, half for an answer to the probe.
  private wait(ms: number): void {
    this.timer = setTimeout(() => {
      this.patience.probe();
      // After a long computation of our own, timers come before the answers that wait in the sockets: those first.
      this.timer = setTimeout(() => setImmediate(() => this.decide()), ms / 2);
    }, ms / 2);
  }

  private decide(): void {
    if (this.isOver) return;
    const now = performance.now();
    const silence = now - Math.max(this.began, this.patience.lastSign());
    const isLate = now - this.began >= this.patience.workMs;
    if (silence >= this.patience.silenceMs) this.pass(`no answer from MongoDB, and no sign of life for ${Math.round(silence)} ms`);
    else if (isLate) this.pass(`no progress for ${this.patience.workMs} ms, though MongoDB answers`);
    else this.wait(this.patience.silenceMs - silence);
  }

  private pass(reason: string): void {
    this.passed = true;
    this.tell();
    this.reject(new DatabaseUnavailableError(new Error(reason)));
  }
}
