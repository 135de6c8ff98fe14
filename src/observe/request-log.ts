import { randomUUID } from 'node:crypto';

import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';

/** What later steps of a request leave for its log line. */
export interface LoggedRequest extends Request {
  requestId?: string;
  tenant?: { readonly key: string };
}

const USABLE_ID = /^[\w.:-]{1,128}$/;

/** One log line a request when it has been answered or given up; never bodies, query strings or credentials. */
export function requestLog(log: Logger): RequestHandler {
  return (request: LoggedRequest, response: Response, next: NextFunction) => {
    const began = performance.now();
    const given = request.get('x-request-id');
    const requestId = given !== undefined && USABLE_ID.test(given) ? given : randomUUID();
    request.requestId = requestId;
    response.setHeader('x-request-id', requestId);
    response.once('close', () => {
      const level = request.path.startsWith('/health/') ? 'debug' : 'info';
      log[level](toLine(request, response, performance.now() - began), 'request');
    });
    next();
  };
}

function toLine(request: LoggedRequest, response: Response, ms: number): object {
  return {
    method: request.method,
    route: (request.route as { path?: string } | undefined)?.path ?? 'none',
    status: isAnswered(request, response) ? response.statusCode : 499,
    ms: Math.round(ms * 10) / 10,
    tenant: request.tenant?.key,
    request_id: request.requestId,
  };
}

// A caller that goes away in the middle of its body leaves an error on the request, and an answer that nobody gets.
function isAnswered(request: Request, response: Response): boolean {
  return response.writableFinished && request.errored === null;
}
