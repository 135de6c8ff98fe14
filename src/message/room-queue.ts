import PQueue from 'p-queue';

import { OverloadedError } from '../common/index.js';

/** Runs the work of one room one after the other, that of different rooms side by side; bounded. */
export class RoomQueue {
  private readonly queues = new Map<string, PQueue>();

  /** `limit`: how many calls may wait for one room. */
  constructor(private readonly limit: number) {}

  /** @throws OverloadedError when too many wait for this room already; nothing was done then */
  async run<T>(room: string, work: () => Promise<T>): Promise<T> {
    const queue = this.queues.get(room) ?? new PQueue({ concurrency: 1 });
    if (queue.size >= this.limit) throw new OverloadedError('Too many messages wait for this room already. Try again in a moment.');
    this.queues.set(room, queue);
    try {
      return await queue.add(work);
    } finally {
      if (queue.size === 0 && queue.pending === 0) this.queues.delete(room);
    }
  }
}
