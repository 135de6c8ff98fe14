import { OverloadedError } from '../common/index.js';

/** 503: more messages wait for this room than may; nothing was done. */
export class RoomBusyError extends OverloadedError {
  constructor() {
    super('Too many messages wait for this room already. Try again in a moment.');
  }
}
