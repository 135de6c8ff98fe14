import { setTimeout as delay } from 'node:timers/promises';

import { DatabaseUnavailableError } from '../../mongo/index.js';
import { ImportRefusedError } from './import.errors.js';

/** What is stored is no longer as it was seen. */
export class OutdatedError extends Error {
  constructor() {
    super('rooms that are moved in change all the time');
  }
}

const MOST_TRIES = 6;
const PAUSE_MS = 1_000;
// A duplicate key; and what a second run of the same import does to the first: transactions and cursors that are no longer there.
const PASSING_CODES: ReadonlySet<unknown> = new Set([11_000, 43, 237, 251, 11_601]);

/** Does it again while what stands in the way may pass. @throws ImportRefusedError, DatabaseUnavailableError */
export async function tryAgain<T>(work: (tries: number) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work(tries);
    } catch (error) {
      if (tries === MOST_TRIES || !isPassing(error)) throw error instanceof DatabaseUnavailableError ? error : toStopped(error);
      // What an election takes at most, all tries together.
      await delay(tries * PAUSE_MS);
    }
  }
}

// Then it has to be looked at again what is stored.
function isPassing(error: unknown): boolean {
  return error instanceof OutdatedError || error instanceof DatabaseUnavailableError || PASSING_CODES.has((error as { code?: unknown }).code);
}

function toStopped(error: unknown): ImportRefusedError {
  const { message } = error as Error;
  return new ImportRefusedError(`The tenant's database does not take what is brought: ${message}. What it has is whole; run the same command again when it takes more.`, error);
}
