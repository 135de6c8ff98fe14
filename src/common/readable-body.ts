import type { NextFunction, Request, Response } from 'express';

import { ContentTypeUnsupportedError, ValidationFailedError } from './request.errors.js';

/** Refuses a body that no parser took (415) or that is a list (400); a call without a body gets an empty one. */
export function readableBody(request: Request, _response: Response, next: NextFunction): void {
  if (request.body === undefined && hasBody(request)) throw new ContentTypeUnsupportedError();
  if (Array.isArray(request.body)) throw new ValidationFailedError('The body must be an object, not a list.');
  request.body ??= {};
  next();
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
