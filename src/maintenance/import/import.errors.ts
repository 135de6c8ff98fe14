import { AppError } from '../../common/index.js';

/** 503: the database that is moved in does not answer. */
export class SourceAwayError extends AppError {
  constructor(cause: Error) {
    super('DATABASE_UNAVAILABLE', 503, `The source cannot be reached: ${cause.message}`, { cause });
  }
}

/** 409: nothing can be moved in like this; the message says why, and what to do. */
export class ImportRefusedError extends AppError {
  constructor(message: string, cause?: unknown) {
    super('IMPORT_REFUSED', 409, message, { cause });
  }
}
