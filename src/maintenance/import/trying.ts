import { setTimeout as delay } from 'node:timers/promises';

import { DatabaseUnavailableError, DUPLICATE_KEY } from '../../mongo/index.js';
import { ImportRefusedError } from './import.errors.js';

/** What is stored is no longer as it was seen. */
export class OutdatedError extends Error {
  constructor() {
    super('rooms that are moved in change all the time');
  }
}

const MOST_TRIES = 6;
const PAUSE_MS = 1_000;

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

// Then it has to be looked at again what is stored: a second run of the same import may have brought it.
function isPassing(error: unknown): boolean {
  return error instanceof OutdatedError || error instanceof DatabaseUnavailableError || (error as { code?: unknown }).code === DUPLICATE_KEY;
}

function toStopped(error: unknown): ImportRefusedError {
  const { message } = error as Error;
  return new ImportRefusedError(`The tenant's database does not take what is brought: ${message}. What it has is whole; run the same command again when it takes more.`, error);
}
