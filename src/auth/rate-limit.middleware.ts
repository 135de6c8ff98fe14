import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Response } from 'express';

import { BodyTooLargeError, bodySize } from '../common/index.js';
import type { CallerRequest } from './admission.middleware.js';
import { Quota } from './quota.js';
import { UnreadAnswers } from './unread-answers.js';

/** Refuses a call where its tenant or its caller makes too many or leaves too much unread, or its body is larger than the tenant's may be. */
@Injectable()
export class CallLimitMiddleware implements NestMiddleware {
  constructor(
    private readonly quota: Quota,
    private readonly unread: UnreadAnswers,
  ) {}

  use(request: CallerRequest, response: Response, next: NextFunction): void {
    const { body_bytes: most } = this.quota.take(request, response, 'calls_per_second');
    if (bodySize(request) > most) throw new BodyTooLargeError();
    this.unread.admit(request, response);
    next();
  }
}

/** Refuses a message where its tenant or its caller sends too many. */
@Injectable()
export class SendLimitMiddleware implements NestMiddleware {
  constructor(private readonly quota: Quota) {}

  use(request: CallerRequest, response: Response, next: NextFunction): void {
    this.quota.take(request, response, 'sends_per_second');
    next();
  }
}
