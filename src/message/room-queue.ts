import PQueue from 'p-queue';

import { DatabaseUnavailableError } from '../mongo/index.js';
import { RoomBusyError } from './message.errors.js';

/** Runs the work of one room one after the other, that of different rooms side by side; bounded. */
export class RoomQueue {
  private readonly lines = new Map<string, Line>();

  /** `limit`: how many calls may wait for one room. */
  constructor(private readonly limit: number) {}

  /**
   * @throws RoomBusyError when too many wait for this room already; nothing was done then
   * @throws DatabaseUnavailableError also where the work before it ended so; nothing was done then
   */
  async run<T>(room: string, work: () => Promise<T>): Promise<T> {
    const line = this.lines.get(room) ?? new Line();
    if (line.waiting >= this.limit) throw new RoomBusyError();
    this.lines.set(room, line);
    try {
      return await line.run(work);
    } finally {
      if (line.isEmpty) this.lines.delete(room);
    }
  }
}

/** The calls of one room. */
class Line {
  private readonly queue = new PQueue({ concurrency: 1 });
  private came = 0;
  private away: { readonly upTo: number; readonly error: DatabaseUnavailableError } | null = null;

  get waiting(): number {
    return this.queue.size;
  }

  get isEmpty(): boolean {
    return this.queue.size === 0 && this.queue.pending === 0;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    const place = ++this.came;
    return this.queue.add(async () => {
      // Each would find the database away only after seconds of its own, one behind the other.
      if (this.away !== null && place <= this.away.upTo) throw this.away.error;
      return work().catch((error: unknown) => this.pass(error));
    });
  }

  private pass(error: unknown): never {
    if (error instanceof DatabaseUnavailableError) this.away = { upTo: this.came, error };
    throw error;
  }
}
