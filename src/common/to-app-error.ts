import { HttpException } from '@nestjs/common';

import { AppError } from './app-error.js';
import {
  BodyTooLargeError,
  ContentTypeUnsupportedError,
  InternalError,
  RouteNotFoundError,
  ValidationFailedError,
} from './request.errors.js';

/** Names an error of Nest, Express or body-parser in the wire's terms; whatever is unknown is a fault of this service. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  // What a parser's `verify` threw comes wrapped.
  if (error instanceof HttpException && error.cause instanceof AppError) return error.cause;
  switch (statusOf(error)) {
    case 400:
      return new ValidationFailedError(sentenceFor(error), { cause: error });
    case 404:
    case 405:
      return new RouteNotFoundError();
    case 413:
      return new BodyTooLargeError();
    case 415:
      return new ContentTypeUnsupportedError();
    default:
      return new InternalError(error);
  }
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' ? status : 500;
}

function sentenceFor(error: unknown): string {
  const { type, message } = error as { type?: string; message?: string };
  const broken = type === 'entity.parse.failed' || (message ?? '').includes('JSON');
  return broken ? 'The body is not valid JSON.' : 'The request could not be read.';
}
