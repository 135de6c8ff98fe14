import { WorkLines } from '../mongo/index.js';
import { RoomBusyError } from './message.errors.js';

/** Runs the work of one room one after the other, that of different rooms side by side; bounded. */
export class RoomQueue {
  private readonly lines = new WorkLines();

  /** `limit`: how many calls may wait for one room. */
  constructor(private readonly limit: number) {}

  /** How many calls wait for any room. */
  get waiting(): number {
    return this.lines.waiting;
  }

  /**
   * Runs `work` when its turn comes; who goes away by the `signal` leaves the line.
   * @throws RoomBusyError when too many wait for this room already, or the signal's reason; nothing was done then
   * @throws DatabaseUnavailableError also where the work before it ended so; nothing was done then
   */
  run<T>(room: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.lines.run(room, work, { atOnce: 1, waiting: this.limit, full: () => new RoomBusyError(), signal });
  }
}
