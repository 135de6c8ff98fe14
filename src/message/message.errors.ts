import { AppError, OverloadedError } from '../common/index.js';

/** 503: more messages wait for this room than may; nothing was done. */
export class RoomBusyError extends OverloadedError {
  constructor() {
    super('Too many messages wait for this room already. Try again in a moment.');
  }
}

/** 409: the key of a send was used for another content, or the message that was stored under it has been removed. */
export class IdempotencyConflictError extends AppError {
  constructor() {
    super('IDEMPOTENCY_CONFLICT', 409, 'This key has been used for another message, or for one that has been removed.');
  }
}
