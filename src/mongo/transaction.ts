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
  let ended = Promise.resolve();
  let fault: unknown;
  deadline.whenPassed(() => {
    ended = givenUp.end(client, session);
  });
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
        throw error;
      }
    });
  } catch (error) {
    // Where it cannot be ended either, the driver says that and not what went wrong before.
    const named = toTransactionError(fault ?? error);
    if (named instanceof DatabaseUnavailableError) ended = ended.then(() => givenUp.end(client, session));
    throw named;
  } finally {
    // The driver lends the session to others afterwards: not before its transaction is over.
    void ended.then(() => session.endSession()).catch(() => undefined);
  }
}
