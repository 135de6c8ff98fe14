import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';

import { Flood } from '../common/index.js';
import type { CountedRequest, Metrics, TenantClass } from './metrics.js';
import { newRequestId, traceIdOf } from './trace.js';

/** What later steps of a request leave for its log line. */
export interface LoggedRequest extends Request {
  requestId?: string;
  traceId?: string;
  tenant?: { readonly key: string };
  /** One of many that were refused for being too many: one line a second tells of them. */
  isFlood?: boolean;
}

const USABLE_ID = /^[\w.:-]{1,128}$/;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);
const NO_ROUTE = 'none';

/** One log line a request when it has been answered or given up, of a flood one a second, and one count; never bodies, query strings or credentials. */
export function requestLog(log: Logger, metrics: Metrics): RequestHandler {
  const flood = new Flood();
  return (request: LoggedRequest, response: Response, next: NextFunction) => {
    const began = performance.now();
    const given = request.get('x-request-id');
    // Always, for it also finds the trace, which the lines of errors have too.
    const made = newRequestId(request);
    const requestId = given !== undefined && USABLE_ID.test(given) ? given : made;
    request.requestId = requestId;
    response.setHeader('x-request-id', requestId);
    response.once('close', () => {
      const ms = performance.now() - began;
      const line = toLine(request, response, ms);
      const untold = request.isFlood === true ? flood.count() : 0;
      if (untold !== null) log[request.path.startsWith('/health/') ? 'debug' : 'info']({ ...line, ...(untold === 0 ? {} : { untold }) }, 'request');
      metrics.countRequest(toCounted(line), ms / 1_000);
    });
    next();
  };
}

interface Line {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  readonly tenant: string | undefined;
  readonly request_id: string | undefined;
  readonly trace_id: string;
}

function toLine(request: LoggedRequest, response: Response, ms: number): Line {
  return {
    method: request.method,
    route: routeOf(request),
    status: isAnswered(request, response) ? response.statusCode : 499,
    ms: Math.round(ms * 10) / 10,
    tenant: request.tenant?.key,
    request_id: request.requestId,
    trace_id: traceIdOf(request),
  };
}

// The template, never what a caller wrote for it.
function routeOf(request: Request): string {
  const { path } = (request.route ?? {}) as { readonly path?: unknown };
  return typeof path === 'string' ? path : NO_ROUTE;
}

function toCounted({ method, route, status, tenant }: Line): CountedRequest {
  return { method: METHODS.has(method) ? method : 'other', route, status, tenant: classOf(tenant, route) };
}

function classOf(tenant: string | undefined, route: string): TenantClass {
  if (tenant !== undefined) return 'known';
  return route === NO_ROUTE || route.startsWith('/api/') ? 'unknown' : 'operator';
}

// A caller that goes away in the middle of its body leaves an error on the request, and an answer that nobody gets; Node calls an answer that was given up finished.
function isAnswered(request: Request, response: Response): boolean {
  return response.writableFinished && request.errored === null && response.errored === null;
}
