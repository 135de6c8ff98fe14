import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';

import type { AppError } from './app-error.js';
import { emptyDataOf } from './empty-data.js';
import { toErrorBody } from './error-body.js';
import { Flood } from './flood.js';
import { toAppError } from './to-app-error.js';

// No fault: it has enough to do, or stops. A line for each of them would be more work for one that has too much.
const REFUSALS = new Set(['OVERLOADED', 'STOPPING']);

type FailedRequest = Request & { requestId?: string; traceId?: string };

/** Answers every error in the wire's shape; the cause goes to the log, never to the caller. `tell` is told of each. */
@Catch()
export class AppErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('errors');
  private readonly refusals = new Flood();

  constructor(private readonly tell: (error: AppError, request: Request) => void) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    this.answer(toAppError(thrown), host.switchToHttp().getRequest<FailedRequest>(), host.switchToHttp().getResponse<Response>());
  }

  /** Answers an error that nobody has thrown. */
  answer(error: AppError, request: FailedRequest, response: Response): void {
    this.tell(error, request);
    if (error.status >= 500) this.log(error, request);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(error.retryAfterSeconds));
    response.status(error.status).json(toErrorBody(error, emptyDataOf(request.path)));
  }

  private log(error: AppError, request: FailedRequest): void {
    const line = { code: error.code, request_id: request.requestId, trace_id: request.traceId };
    if (!REFUSALS.has(error.code)) {
      this.logger.error({ err: error.cause ?? error, ...line });
      return;
    }
    const before = this.refusals.count();
    if (before !== null) this.logger.warn({ ...line, ...(before === 0 ? {} : { untold: before }) }, error.message);
  }
}
