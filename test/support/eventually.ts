import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 25;

/** Repeats `check` until it throws no more, and answers what it answered; once the time is over, its last error is the test's. */
export async function eventually<T>(check: () => T | Promise<T>, { within }: { within: number }): Promise<T> {
  const deadline = Date.now() + within;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await pause(POLL_MS);
  }
}
