import { Injectable } from '@nestjs/common';

import { ControlDatabase } from '../../mongo/index.js';
import { BroughtRoomRepository } from '../../room/index.js';
import { NotedSessions } from '../noted-sessions.repository.js';

/** Sessions in which imports store what they bring. */
@Injectable()
export class ImportSessionRepository extends NotedSessions {
  constructor(control: ControlDatabase, rooms: BroughtRoomRepository) {
    super(control, rooms, 'imports');
  }
}
