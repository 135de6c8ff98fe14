import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { lastValueFrom, of, type Observable } from 'rxjs';

import type { CallerRequest } from './admission.middleware.js';
import { TenantWork, type Asker } from './tenant-work.js';

/**
 * Lets so many calls of a tenant work at once, and further ones wait. A caller that goes away while it waits leaves the line; its work, once
 * begun, counts until it is done.
 */
@Injectable()
export class WorkLimitInterceptor implements NestInterceptor {
  constructor(private readonly works: TenantWork) {}

  async intercept(context: ExecutionContext, handler: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<CallerRequest>();
    const { tenant, caller } = request;
    if (tenant === undefined || caller === undefined) return handler.handle();
    const response = context.switchToHttp().getResponse<Response>();
    // Nobody is there to be answered.
    if (response.closed) return of(undefined);
    const work = (): Promise<unknown> => lastValueFrom(handler.handle(), { defaultValue: undefined });
    return of(await (this.works.runNow(tenant, work) ?? this.wait({ tenant, caller, request }, response, work)));
  }

  private async wait(asker: Asker, response: Response, work: () => Promise<unknown>): Promise<unknown> {
    const signal = goneSignal(response);
    try {
      return await this.works.run(asker, work, signal);
    } catch (error) {
      if (error === signal.reason) return undefined;
      throw error;
    }
  }
}

function goneSignal(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}
