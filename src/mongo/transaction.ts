import type { ClientSession, mongo } from 'mongoose';

import type { Deadline } from './deadline.js';
import type { GivenUpTransactions } from './given-up-transactions.js';
import { DatabaseUnavailableError, toTransactionError } from './mongo.errors.js';

/** What belongs to one transaction is done with it. */
export type Session = ClientSession;

/** Where a transaction runs, how long, and who ends it where it cannot be ended here. */
export interface TransactionBounds {
  readonly client: mongo.MongoClient;
  readonly deadline: Deadline;
  readonly givenUp: GivenUpTransactions;
}

/** Runs `work` in one transaction; conflicts are tried again with jitter, until the deadline passes. What is given up is ended in MongoDB too, once that can be reached. */
export async function runTransaction<T>({ client, deadline, givenUp }: TransactionBounds, work: (session: Session) => Promise<T>): Promise<T> {
  const session = client.startSession();
  const ending = new Ending(session, () => givenUp.end(client, session));
  deadline.whenPassed(() => ending.giveUp());
  let fault: unknown;
  try {
    return await session.withTransaction(async () => {
      fault = undefined;
      try {
        deadline.check();
        const result = await work(session);
        // A caller who was told that it failed should not find it done a moment later.
        deadline.check();
        // A client that was closed has given it up, which the driver would take for the wish of `work`.
        if (session.hasEnded) throw new DatabaseUnavailableError();
        return result;
      } catch (error) {
        fault = error;
        if (error instanceof DatabaseUnavailableError) ending.bar();
        throw error;
      }
    });
  } catch (error) {
    // Where it cannot be ended either, the driver says that and not what went wrong before.
    const named = toTransactionError(fault ?? error);
    if (named instanceof DatabaseUnavailableError) ending.giveUp();
    throw named;
  } finally {
    void ending.release().catch(() => undefined);
  }
}

/** The end of a transaction's session. */
class Ending {
  private over = Promise.resolve();
  private isBarred = false;

  constructor(
    private readonly session: Session,
    private readonly endInMongo: () => Promise<void>,
  ) {}

  /** Nothing more is sent in the session. What still waits for a server, and whoever waited for it no more, would be done after the end of the transaction: outside of any. */
  bar(): void {
    if (this.session.hasEnded) return;
    this.isBarred = true;
    this.session.hasEnded = true;
  }

  /** Sends nothing more in the session, and ends its transaction in MongoDB. */
  giveUp(): void {
    this.bar();
    this.over = this.over.then(this.endInMongo);
  }

  /** Hands the session back to the driver, which lends it to others: not before its transaction is over. */
  async release(): Promise<void> {
    await this.over;
    if (this.isBarred) this.session.hasEnded = false;
    await this.session.endSession();
  }
}
