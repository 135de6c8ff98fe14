import { Module } from '@nestjs/common';

import { RoomController } from './room.controller.js';
import { RoomRepository } from './room.repository.js';
import { RoomService } from './room.service.js';

@Module({ controllers: [RoomController], providers: [RoomRepository, RoomService], exports: [RoomRepository, RoomService] })
export class RoomModule {}
