import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';

import type { AppError } from './app-error.js';
import { emptyDataOf } from './empty-data.js';
import { toErrorBody } from './error-body.js';
import { toAppError } from './to-app-error.js';

/** Answers every error in the wire's shape; the cause goes to the log, never to the caller. `tell` is told of each. */
@Catch()
export class AppErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('errors');

  constructor(private readonly tell: (error: AppError, request: Request) => void) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const error = toAppError(thrown);
    const request = host.switchToHttp().getRequest<Request & { requestId?: string; traceId?: string }>();
    const response = host.switchToHttp().getResponse<Response>();
    this.tell(error, request);
    if (error.status >= 500) this.logger.error({ err: error.cause ?? error, code: error.code, request_id: request.requestId, trace_id: request.traceId });
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(error.retryAfterSeconds));
    response.status(error.status).json(toErrorBody(error, emptyDataOf(request.path)));
  }
}
