import type { NextFunction, Request, Response } from 'express';

import { ContentTypeUnsupportedError, ValidationFailedError } from './request.errors.js';

// Deeper than any body of this service, and far from what would exhaust the stack of those that walk through it.
const DEEPEST = 20;

/** Refuses a body that no parser took (415), that is a list, or that is nested too deep (400); a call without a body gets an empty one. */
export function readableBody(request: Request, _response: Response, next: NextFunction): void {
  const body = request.body as unknown;
  if (body === undefined && hasBody(request)) throw new ContentTypeUnsupportedError();
  if (Array.isArray(body)) throw new ValidationFailedError('The body must be an object, not a list.');
  if (isDeeperThan(DEEPEST, body)) throw new ValidationFailedError('The body is nested too deep.');
  request.body ??= {};
  next();
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}
