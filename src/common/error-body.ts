import type { AppError } from './app-error.js';

/** The answer of an error, with the route's empty data key. */
export function toErrorBody({ status, code, message }: AppError, emptyData: object): object {
  return { status: false, statusCode: status, error: code, message, ...emptyData };
}
