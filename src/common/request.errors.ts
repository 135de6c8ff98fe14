import { AppError } from './app-error.js';

/** 400: a field is missing, of the wrong type or too long; the message names it. */
export class ValidationFailedError extends AppError {
  constructor(message: string, options?: ErrorOptions) {
    super('VALIDATION_FAILED', 400, message, options);
  }
}

export class BodyTooLargeError extends AppError {
  constructor() {
    super('BODY_TOO_LARGE', 413, 'The body is larger than this service accepts.');
  }
}

export class ContentTypeUnsupportedError extends AppError {
  constructor() {
    super(
      'CONTENT_TYPE_UNSUPPORTED',
      415,
      'Send the body as application/json or application/x-www-form-urlencoded, in UTF-8, and say so in Content-Type.',
    );
  }
}

export class RouteNotFoundError extends AppError {
  constructor() {
    super('ROUTE_NOT_FOUND', 404, 'There is no such route.');
  }
}

/** 503: a bounded queue is full; nothing was done. */
export class OverloadedError extends AppError {
  constructor(message = 'Too much is waiting here already. Try again in a moment.') {
    super('OVERLOADED', 503, message, { retryAfterSeconds: 1 });
  }
}

/** 429: a deployment, or who calls it, takes more of this instance than its share; nothing was done. */
export class TooManyRequestsError extends AppError {
  constructor(retryAfterSeconds = 1) {
    super('TOO_MANY_REQUESTS', 429, 'This is more than this deployment, or this caller, may take for now. Try again in a moment.', { retryAfterSeconds });
  }
}

/** 500: a fault of this service; what it was stands in the log under the request id. */
export class InternalError extends AppError {
  constructor(cause: unknown) {
    super('INTERNAL_ERROR', 500, 'This call failed through a fault of the service.', { cause });
  }
}
