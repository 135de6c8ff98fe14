import { AppError } from '../common/index.js';

/** 401: the metrics token is missing or wrong. */
export class MetricsTokenRefusedError extends AppError {
  constructor() {
    super('UNAUTHORIZED', 401, 'Send the metrics token as Authorization: Bearer <token>.');
  }
}
