import { setTimeout as delay } from 'node:timers/promises';

import mongoose, { type ClientSession, type mongo } from 'mongoose';

import { DatabaseUnavailableError, toDatabaseError } from './mongo.errors.js';

type SessionId = ClientSession['id'];

interface GivenUp {
  readonly id: SessionId;
  readonly until: number;
  readonly over: () => void;
}

const ATTEMPT_MS = 2_000;
const RETRY_MS = 500;
const MOST_AT_ONCE = 1_000;
// So long MongoDB lets a transaction live that nobody ends.
const LIFETIME_MS = 60_000;

/**
 * Ends in MongoDB what was given up here. The driver tries so twice at the most, and what a transaction has written is held until somebody ends it: a
 * room would take no message for a minute.
 */
export class GivenUpTransactions {
  private readonly waiting: GivenUp[] = [];
  private isWorking = false;

  /** Resolves when the session has no transaction any more, or none that MongoDB would not have ended by itself. */
  end(client: mongo.MongoClient, { id }: ClientSession): Promise<void> {
    return new Promise((over) => {
      this.waiting.push({ id, until: performance.now() + LIFETIME_MS, over });
      if (!this.isWorking) void this.work(client);
    });
  }

  private async work(client: mongo.MongoClient): Promise<void> {
    this.isWorking = true;
    while (this.waiting.length > 0) {
      const some = this.waiting.splice(0, MOST_AT_ONCE);
      const areOver = await areEnded(client, some.map(({ id }) => id));
      for (const one of some) {
        if (areOver || one.until < performance.now()) one.over();
        else this.waiting.push(one);
      }
      if (!areOver) await delay(RETRY_MS, undefined, { ref: false });
    }
    this.isWorking = false;
  }
}

// A session's end is the end of its transaction; a user of MongoDB may end its own.
async function areEnded(client: mongo.MongoClient, ids: readonly SessionId[]): Promise<boolean> {
  try {
    await client.db('admin').command({ killSessions: ids }, { signal: AbortSignal.timeout(ATTEMPT_MS) });
    return true;
  } catch (error) {
    return !isWorthRepeating(error);
  }
}

function isWorthRepeating(error: unknown): boolean {
  const isClosed = error instanceof mongoose.mongo.MongoNotConnectedError || error instanceof mongoose.mongo.MongoClientClosedError;
  return !isClosed && ((error as Error).name === 'TimeoutError' || toDatabaseError(error) instanceof DatabaseUnavailableError);
}
