import { AppError, ValidationFailedError } from '../common/index.js';

/** 400: what every route can answer. */
export const NOT_UTF8 = new ValidationFailedError('The path and the query must be in UTF-8.');

/** 401: the admin token is missing or wrong. */
export class AdminTokenRefusedError extends AppError {
  constructor() {
    super('UNAUTHORIZED', 401, 'Send the admin token as Authorization: Bearer <token>.');
  }
}

/** 404: no tenant of that key. */
export class TenantNotFoundError extends AppError {
  constructor() {
    super('TENANT_UNKNOWN', 404, 'There is no tenant of that key.');
  }
}

/** 409: the change would leave the tenant's data behind, or to other hands. */
export class TenantHasDataError extends AppError {
  constructor(field: 'cluster' | 'database_user') {
    super('TENANT_HAS_DATA', 409, `${field} cannot change: the tenant has data where it is.`);
  }
}

/** 503: the tenant is stored, and its user in MongoDB is not as it should be. */
export class DatabaseUserUnsettledError extends AppError {
  constructor(cause?: unknown) {
    super('DATABASE_USER_UNSETTLED', 503, 'The tenant is stored, but its database user could not be made or removed: put it again, or drop the user by hand.', {
      cause,
    });
  }
}

/** 503: the tenant is removed, and its database could not be dropped. */
export class DatabaseKeptError extends AppError {
  constructor(database: string, cause?: unknown) {
    super('DATABASE_KEPT', 503, `The tenant is removed, but its database ${database} could not be dropped: drop it by hand.`, { cause });
  }
}

/** 404: the tenant has no API key of that id. */
export class KeyNotFoundError extends AppError {
  constructor() {
    super('KEY_UNKNOWN', 404, 'The tenant has no API key of that id.');
  }
}

/** 409: the tenant has as many API keys as it may have. */
export class KeysFullError extends AppError {
  constructor(most: number) {
    super('KEYS_FULL', 409, `A tenant has ${most} API keys at most: revoke one first.`);
  }
}
