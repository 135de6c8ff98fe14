import mongoose from 'mongoose';

import { AppError } from '../common/index.js';

/** 503: the database of this call is away, silent or too slow; the call may be repeated. */
export class DatabaseUnavailableError extends AppError {
  constructor(cause?: unknown) {
    super('DATABASE_UNAVAILABLE', 503, 'The database cannot be reached right now. Try again in a moment.', {
      cause,
      retryAfterSeconds: 2,
    });
  }
}

// Server codes of states that pass: time limits, elections, shutdowns.
const PASSING_CODES = new Set([6, 7, 50, 89, 91, 112, 189, 202, 262, 9001, 10107, 11600, 11602, 13435, 13436, 251]);

/**
 * Names a driver's error that means "not now" as {@link DatabaseUnavailableError}; answers any other error as it is, also one
 * that tells a running transaction to begin again.
 */
export function toDatabaseError(error: unknown): unknown {
  return isPassing(error) && !isForTransaction(error) ? new DatabaseUnavailableError(error) : error;
}

/** The same for the error of a transaction that has been given up. */
export function toTransactionError(error: unknown): unknown {
  return isForTransaction(error) ? new DatabaseUnavailableError(error) : toDatabaseError(error);
}

function isForTransaction(error: unknown): boolean {
  return (
    error instanceof mongoose.mongo.MongoError &&
    (error.hasErrorLabel('TransientTransactionError') || error.hasErrorLabel('UnknownTransactionCommitResult'))
  );
}

function isPassing(error: unknown): boolean {
  const { mongo } = mongoose;
  if (error instanceof mongo.MongoServerError) return typeof error.code === 'number' && PASSING_CODES.has(error.code);
  return (
    error instanceof mongo.MongoNetworkError ||
    error instanceof mongo.MongoServerSelectionError ||
    error instanceof mongo.MongoSystemError ||
    error instanceof mongo.MongoNotConnectedError ||
    error instanceof mongo.MongoTopologyClosedError ||
    error instanceof mongo.MongoClientClosedError ||
    (error instanceof Error && error.name === 'AbortError') ||
    // A connection that breaks under a write comes through as the system's own error.
    (error instanceof Error && 'syscall' in error) ||
    (error instanceof mongo.MongoError && /^Mongo(WaitQueueTimeout|PoolCleared|PoolClosed|ConnectionPool)/.test(error.name))
  );
}
