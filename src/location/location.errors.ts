import { AppError } from '../common/index.js';

/** 404: the agent has said nothing of this order yet. */
export class LocationNotFoundError extends AppError {
  constructor() {
    super('LOCATION_NOT_FOUND', 404, 'No matching records found');
  }
}
