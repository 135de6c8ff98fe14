import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import { lastValueFrom, of, type Observable } from 'rxjs';

import { OwnTurn, type TurnRequest } from './own-turn.decorator.js';
import { TenantWork, type Asker } from './tenant-work.js';

/**
 * Lets so many calls of a tenant work at once, and further ones wait; those of an {@link OwnTurn} wait for something else before, of which it lets in
 * no more. A caller that goes away while it waits leaves the line; its work, once begun, counts until it is done.
 */
@Injectable()
export class WorkLimitInterceptor implements NestInterceptor {
  constructor(
    private readonly works: TenantWork,
    private readonly reflector: Reflector,
  ) {}

  async intercept(context: ExecutionContext, handler: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<TurnRequest>();
    const { tenant, caller } = request;
    if (tenant === undefined || caller === undefined) return handler.handle();
    const response = context.switchToHttp().getResponse<Response>();
    // Nobody is there to be answered.
    if (response.closed) return of(undefined);
    const work = (): Promise<unknown> => lastValueFrom(handler.handle(), { defaultValue: undefined });
    const asker = { tenant, caller, request };
    if (this.reflector.get(OwnTurn, context.getHandler())) return of(await this.admit(asker, response, work));
    return of(await (this.works.runNow(tenant, work) ?? untilGone(response, (signal) => this.works.run(asker, work, signal))));
  }

  private admit(asker: Asker & { request: TurnRequest }, response: Response, work: () => Promise<unknown>): Promise<unknown> {
    return untilGone(response, (signal) => {
      asker.request.turn = { signal, take: (inTurn) => this.works.run(asker, inTurn, signal) };
      return this.works.admit(asker, work);
    });
  }
}

/** Runs `work` with a signal that its caller has gone; what ends by it answers nothing. */
async function untilGone(response: Response, work: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> {
  const signal = goneSignal(response);
  try {
    return await work(signal);
  } catch (error) {
    if (error === GONE) return undefined;
    throw error;
  }
}

// One for all: Node would make an exception with its stack for each answered call.
const GONE = new Error('The caller has gone.');

function goneSignal(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort(GONE));
  return gone.signal;
}
