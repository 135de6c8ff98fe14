import { Module } from '@nestjs/common';

import { RoomRepository } from './room.repository.js';
import { RoomService } from './room.service.js';

@Module({ providers: [RoomRepository, RoomService], exports: [RoomRepository, RoomService] })
export class RoomModule {}
