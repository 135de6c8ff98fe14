import { Module } from '@nestjs/common';

import { BroughtRoomRepository } from './brought-room.repository.js';
import { RoomController } from './room.controller.js';
import { RoomRepository } from './room.repository.js';
import { RoomService } from './room.service.js';

@Module({ controllers: [RoomController], providers: [BroughtRoomRepository, RoomRepository, RoomService], exports: [BroughtRoomRepository, RoomRepository, RoomService] })
export class RoomModule {}
