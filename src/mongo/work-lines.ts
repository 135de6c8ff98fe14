import PQueue from 'p-queue';

import { DatabaseUnavailableError } from './mongo.errors.js';

/** How a line is kept. */
export interface LineRules {
  /** How much of it is at work at once. */
  readonly atOnce: number;
  /** How much may wait. */
  readonly waiting: number;
  /** Tells whoever would be one too many. */
  readonly full: () => Error;
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
  async run<T>(name: string, work: () => Promise<T>, { atOnce, waiting, full, signal }: LineRules): Promise<T> {
    signal?.throwIfAborted();
    const line = this.lines.get(name) ?? new Line();
    if (line.waiting >= waiting) throw full();
    this.lines.set(name, line);
    try {
      return await line.run(work, { atOnce, signal });
    } finally {
      if (line.isEmpty) this.lines.delete(name);
    }
  }
}

/** The work of one name. */
class Line {
  private readonly queue = new PQueue();
  private came = 0;
  private done = 0;
  private away: { readonly upTo: number; readonly error: DatabaseUnavailableError } | null = null;

  get waiting(): number {
    return this.queue.size;
  }

  get isEmpty(): boolean {
    return this.queue.size === 0 && this.queue.pending === 0;
  }

  run<T>(work: () => Promise<T>, { atOnce, signal }: Pick<LineRules, 'atOnce' | 'signal'>): Promise<T> {
    this.queue.concurrency = atOnce;
    const place = ++this.came;
    // p-queue's own signal would also let the next one begin while this one is still at work.
    const waiting = new AbortController();
    const leave = (): void => waiting.abort(signal?.reason);
    signal?.addEventListener('abort', leave, { once: true });
    const begin = (): Promise<T> => {
      signal?.removeEventListener('abort', leave);
      return this.begin(place, work);
    };
    return this.queue.add(begin, signal === undefined ? {} : { signal: waiting.signal });
  }

  private async begin<T>(place: number, work: () => Promise<T>): Promise<T> {
    // Each would find the database away only after seconds of its own, one behind the other.
    if (this.away !== null && place <= this.away.upTo) throw this.away.error;
    const { done } = this;
    try {
      const result = await work();
      this.done++;
      return result;
    } catch (error) {
      // It is not away where others were answered meanwhile.
      if (error instanceof DatabaseUnavailableError && this.done === done) this.away = { upTo: this.came, error };
      throw error;
    }
  }
}
