import { Reflector } from '@nestjs/core';
import type { Response } from 'express';

import type { CallerRequest } from './admission.middleware.js';

/** The turn of one call among those of its deployment. */
export interface Turn {
  /** Ends all waiting of the call: its caller has gone. */
  readonly signal?: AbortSignal;
  /** Runs `work` when the turn comes. @throws TooManyRequestsError, or the signal's reason, with nothing done */
  take<T>(work: () => Promise<T>): Promise<T>;
}

/** A request of a route with {@link OwnTurn}: `turn` is left by the interceptor that other routes wait in. */
export interface TurnRequest extends CallerRequest {
  turn?: Turn;
}

/** A route whose calls wait for something else first and take their turn, by {@link turnOf}, only then. */
export const OwnTurn = Reflector.createDecorator<undefined, boolean>({ transform: () => true });

/** The turn of the call that is answered here. */
export function turnOf({ req }: Response): Turn {
  const { turn } = req as TurnRequest;
  if (turn === undefined) throw new Error('The route does not take its turn itself; see OwnTurn');
  return turn;
}
