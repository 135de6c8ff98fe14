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

/** 503: MongoDB refuses a database's own user, or refuses it what it wants to do; the call fails again until somebody mends that. */
export class DatabaseUserRefusedError extends DatabaseUnavailableError {
  constructor(
    cause: RefusedByMongo,
    /** Whether the login itself is refused or gone, and with it all that its client holds. */
    readonly isLogin: boolean,
  ) {
    super(cause);
  }
}

/** What MongoDB says to somebody who may not do something: its own message also has the whole command, with what people wrote. */
export class RefusedByMongo extends Error {
  override readonly name = 'RefusedByMongo';
  readonly code: unknown;
  readonly codeName: unknown;
  constructor({ message, code, codeName }: { readonly message: string; readonly code?: unknown; readonly codeName?: unknown }) {
    super(message.split('{')[0]?.trim());
    this.code = code;
    this.codeName = codeName;
  }
}

/** MongoDB's code for a document whose `_id`, or what else is unique, is there already. */
export const DUPLICATE_KEY = 11_000;

const USER_NOT_FOUND = 11;
const UNAUTHORIZED = 13;
const AUTHENTICATION_FAILED = 18;

/** Names what MongoDB refuses to a database's own user as {@link DatabaseUserRefusedError}; any other error as {@link toDatabaseError}. */
export function toUserError(error: unknown): unknown {
  const refused = toRefusal(error);
  if (!(refused instanceof RefusedByMongo)) return toDatabaseError(error);
  return new DatabaseUserRefusedError(refused, refused.code !== UNAUTHORIZED || /requires authentication/i.test(refused.message));
}

function toRefusal(error: unknown): unknown {
  const isRefusal = error instanceof mongoose.mongo.MongoServerError && [USER_NOT_FOUND, UNAUTHORIZED, AUTHENTICATION_FAILED].includes(Number(error.code));
  return isRefusal ? new RefusedByMongo(error) : error;
}

// Server codes of states that pass: time limits, elections, shutdowns, and cursors, snapshots and transactions that ended with them; the names are those of
// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
const PASSING_CODES: ReadonlySet<unknown> = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  24, // LockTimeout
  43, // CursorNotFound
  50, // MaxTimeMSExpired
  64, // WriteConcernTimeout
  89, // NetworkTimeout
  91, // ShutdownInProgress
  112, // WriteConflict
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  175, // QueryPlanKilled
  189, // PrimarySteppedDown
  202, // NetworkInterfaceExceededTimeLimit
  225, // TransactionTooOld
  237, // CursorKilled
  239, // SnapshotTooOld
  246, // SnapshotUnavailable
  251, // NoSuchTransaction
  262, // ExceededTimeLimit
  267, // PreparedTransactionInProgress
  279, // ClientDisconnect
  290, // TransactionExceededLifetimeLimitSeconds
  9001, // SocketException
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11601, // Interrupted
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
]);

/**
 * Names a driver's error that means "not now" as {@link DatabaseUnavailableError}; answers any other error as it is, also one
 * that tells a running transaction to begin again.
 */
export function toDatabaseError(error: unknown): unknown {
  return isPassing(error) && !isForTransaction(error) ? new DatabaseUnavailableError(error) : toRefusal(error);
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

const { mongo } = mongoose;
const PASSING_CLASSES = [
  mongo.MongoNetworkError,
  mongo.MongoSystemError,
  mongo.MongoNotConnectedError,
  mongo.MongoTopologyClosedError,
  mongo.MongoClientClosedError,
  mongo.MongoExpiredSessionError,
];
// Errors that the driver does not export, and that of a wait which was given up.
const PASSING_NAMES = /^(AbortError|Mongo(WaitQueueTimeout|PoolCleared|PoolClosed|ConnectionPool)\w*)$/;

// What Node says of a connection that the other side, or a fault, has closed before it is written to.
const BROKEN_CODES = /^(EPIPE|ECONNRESET|ERR_SOCKET_CLOSED|ERR_STREAM_(DESTROYED|WRITE_AFTER_END|PREMATURE_CLOSE))$/;
// A client that closes ends the sessions of calls under way, which then find their transaction in a state that they did not bring about.
const ENDED_TRANSACTION = 'illegal state transition';

function isPassing(error: unknown): boolean {
  if (error instanceof mongo.MongoServerError) return PASSING_CODES.has(error.code);
  if (error instanceof mongo.MongoRuntimeError && error.message.includes(ENDED_TRANSACTION)) return true;
  const { name, syscall, code } = (error ?? {}) as { name?: string; syscall?: string; code?: string };
  // A connection that breaks under a write comes through as the system's own error, which has a `syscall`, or as Node's.
  return syscall !== undefined || BROKEN_CODES.test(code ?? '') || PASSING_NAMES.test(name ?? '') || PASSING_CLASSES.some((passing) => error instanceof passing);
}
