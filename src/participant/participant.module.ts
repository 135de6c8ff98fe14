import { Module } from '@nestjs/common';

import { RoomModule } from '../room/index.js';
import { ParticipantController } from './participant.controller.js';
import { ParticipantService } from './participant.service.js';

@Module({ imports: [RoomModule], controllers: [ParticipantController], providers: [ParticipantService], exports: [ParticipantService] })
export class ParticipantModule {}
