import type { NextFunction, Response } from 'express';

import type { TenantRequest } from './tenancy.middleware.js';

const PREFIX = /^\/t\/([^/]*)(\/(?:api|socket\.io)(?:\/.*)?)$/i;

/** Takes `/t/<key>` off the path of a call, and doubled slashes with it, so that one set of routes serves both forms of base URL. */
export function pathPrefix(request: TenantRequest, _response: Response, next: NextFunction): void {
  const [path = '', ...query] = request.url.split('?');
  const single = path.replace(/\/{2,}/g, '/');
  const [, key, rest] = PREFIX.exec(single) ?? [];
  if (key !== undefined) request.pathKey = decoded(key);
  request.url = [rest ?? single, ...query].join('?');
  next();
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
