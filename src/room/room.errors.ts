import { AppError } from '../common/index.js';

/** 404: no room of that id in this deployment, or none that the caller may see. */
export class RoomNotFoundError extends AppError {
  constructor() {
    super('ROOM_NOT_FOUND', 404, 'No room found!');
  }
}

/** 409: the room has as many participants as one may have (`PARTICIPANT_LIMIT`). */
export class RoomFullError extends AppError {
  constructor() {
    super('ROOM_FULL', 409, 'This room has as many participants as a room may have.');
  }
}
