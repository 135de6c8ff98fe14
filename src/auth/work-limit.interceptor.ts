import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { lastValueFrom, of, type Observable } from 'rxjs';

import { TooManyRequestsError } from '../common/index.js';
import { WorkLines } from '../mongo/index.js';
import { Metrics } from '../observe/index.js';
import { EffectiveLimits } from '../tenancy/index.js';
import type { CallerRequest } from './admission.middleware.js';

/**
 * Lets so many calls of a tenant work at once; further ones wait in order, as many as it may make in a second. A caller that goes away while it
 * waits leaves the line; its work, once begun, counts until it is done.
 */
@Injectable()
export class WorkLimitInterceptor implements NestInterceptor {
  private readonly lines = new WorkLines();

  constructor(
    private readonly limits: EffectiveLimits,
    private readonly metrics: Metrics,
  ) {
    metrics.gauge({ name: 'anteroom_calls_waiting', help: 'Calls that wait for others of their deployment.' }, () => this.lines.waiting);
  }

  async intercept(context: ExecutionContext, handler: CallHandler): Promise<Observable<unknown>> {
    const { tenant } = context.switchToHttp().getRequest<CallerRequest>();
    if (tenant === undefined) return handler.handle();
    const { concurrent_database: atOnce, calls_per_second: waiting } = this.limits.of(tenant);
    const signal = goneSignal(context.switchToHttp().getResponse<Response>());
    const work = (): Promise<unknown> => lastValueFrom(handler.handle(), { defaultValue: undefined });
    try {
      return of(await this.lines.run(tenant.database, work, { atOnce, waiting, full: () => this.refuse(), signal }));
    } catch (error) {
      // Nobody is there to be answered.
      if (error === signal.reason) return of(undefined);
      throw error;
    }
  }

  private refuse(): TooManyRequestsError {
    this.metrics.countLimited('concurrent_database');
    return new TooManyRequestsError();
  }
}

function goneSignal(response: Response): AbortSignal {
  const gone = new AbortController();
  if (response.closed) gone.abort();
  else response.once('close', () => gone.abort());
  return gone.signal;
}
