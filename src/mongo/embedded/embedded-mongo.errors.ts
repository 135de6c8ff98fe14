/** The embedded MongoDB's data folder is held by another running Anteroom. */
export class EmbeddedMongoInUseError extends Error {
  override readonly name = 'EmbeddedMongoInUseError';
  constructor(readonly dataPath: string) {
    super(`The data folder ${dataPath} is in use by another Anteroom: stop that one, or set MONGO_DATA to another folder or MONGODB_URI to a replica set.`);
  }
}

/** The embedded MongoDB could not be started, for the reason its message gives. */
export class EmbeddedMongoStartError extends Error {
  override readonly name = 'EmbeddedMongoStartError';
  constructor(dataPath: string, reason: string, cause?: unknown) {
    super(`The embedded MongoDB does not start on ${dataPath}: ${reason}`, { cause });
  }
}
