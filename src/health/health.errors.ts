import { AppError } from '../common/index.js';

/** 503: this instance is about to stop; another one should be asked. */
export class StoppingError extends AppError {
  constructor() {
    super('STOPPING', 503, 'This instance is stopping.', { retryAfterSeconds: 1 });
  }
}
