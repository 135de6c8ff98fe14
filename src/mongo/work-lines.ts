import { Counter } from '../common/index.js';
import { DatabaseUnavailableError } from './mongo.errors.js';

/** How a line is kept. */
export interface LineRules {
  /** How much of it is at work at once. */
  readonly atOnce: number;
  /** How much may wait. */
  readonly waiting: number;
  /** Tells whoever would be one too many. */
  readonly full: () => Error;
  /** Whose work it is, and how much of theirs may wait; absent: as much as may wait at all. */
  readonly share?: { readonly who: string; readonly most: number } | undefined;
  /** Ends the waiting, not the work. */
  readonly signal?: AbortSignal | undefined;
}

/** Work, of the database mostly, that stands in lines: that of one name begins in the order of asking; bounded. */
export class WorkLines {
  private readonly lines = new Map<string, Line>();

  /** How much waits in all lines together. */
  get waiting(): number {
    let sum = 0;
    for (const line of this.lines.values()) sum += line.waiting;
    return sum;
  }

  /**
   * Runs `work` when its turn comes.
   * @throws what `full` makes where too much waits already, or the signal's reason; nothing was done then
   * @throws DatabaseUnavailableError also where work before it ended so; nothing was done then
   */
  async run<T>(name: string, work: () => Promise<T>, rules: LineRules): Promise<T> {
    rules.signal?.throwIfAborted();
    return this.runNow(name, work, rules.atOnce) ?? this.lineOf(name).wait(work, rules);
  }

  /** Runs `work` at once; null where it would have to wait. */
  runNow<T>(name: string, work: () => Promise<T>, atOnce: number): Promise<T> | null {
    const line = this.lineOf(name);
    return line.hasRoom(atOnce) ? line.begin(work) : null;
  }

  private lineOf(name: string): Line {
    return this.lines.get(name) ?? this.open(name);
  }

  private open(name: string): Line {
    const line = new Line(() => this.lines.delete(name));
    this.lines.set(name, line);
    return line;
  }
}

/** Work that waits for its turn. */
interface Waiter {
  readonly begin: () => void;
  readonly refuse: (reason: unknown) => void;
}

/** The work of one name. */
class Line {
  private readonly waiters = new Set<Waiter>();
  private readonly shares = new Counter();
  private atOnce = 1;
  private working = 0;
  private done = 0;

  constructor(private readonly end: () => void) {}

  get waiting(): number {
    return this.waiters.size;
  }

  /** True where nobody waits and one more may be at work. */
  hasRoom(atOnce: number): boolean {
    return this.waiters.size === 0 && this.working < atOnce;
  }

  async begin<T>(work: () => Promise<T>): Promise<T> {
    const { done } = this;
    this.working++;
    try {
      const result = await work();
      this.done++;
      return result;
    } catch (error) {
      // It is not away where others were answered meanwhile.
      if (error instanceof DatabaseUnavailableError && this.done === done) this.tellAway(error);
      throw error;
    } finally {
      this.working--;
      this.beginNext();
      if (this.working === 0) this.end();
    }
  }

  wait<T>(work: () => Promise<T>, rules: LineRules): Promise<T> {
    if (this.isFull(rules)) throw rules.full();
    this.atOnce = rules.atOnce;
    return new Promise((resolve, reject) => {
      this.enter({ begin: () => resolve(this.begin(work)), refuse: reject }, rules);
      this.beginNext();
    });
  }

  private isFull({ waiting, share }: LineRules): boolean {
    return this.waiters.size >= waiting || (share !== undefined && this.shares.of(share.who) >= share.most);
  }

  private enter({ begin, refuse }: Waiter, { share, signal }: LineRules): void {
    const leaveThen = (end: () => void): void => {
      this.waiters.delete(waiter);
      if (share !== undefined) this.shares.remove(share.who);
      signal?.removeEventListener('abort', goAway);
      end();
    };
    const goAway = (): void => waiter.refuse(signal?.reason);
    const waiter: Waiter = { begin: () => leaveThen(begin), refuse: (reason) => leaveThen(() => refuse(reason)) };
    this.waiters.add(waiter);
    if (share !== undefined) this.shares.add(share.who);
    signal?.addEventListener('abort', goAway);
  }

  private beginNext(): void {
    for (const waiter of this.waiters) {
      if (this.working >= this.atOnce) return;
      waiter.begin();
    }
  }

  // Each would find it away only after seconds of its own, one behind the other.
  private tellAway(error: DatabaseUnavailableError): void {
    for (const waiter of this.waiters) waiter.refuse(error);
  }
}
