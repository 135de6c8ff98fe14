import { Module } from '@nestjs/common';

import { RoomModule } from '../room/index.js';
import { ParticipantService } from './participant.service.js';

@Module({ imports: [RoomModule], providers: [ParticipantService], exports: [ParticipantService] })
export class ParticipantModule {}
