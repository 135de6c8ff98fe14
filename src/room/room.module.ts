import { Module } from '@nestjs/common';

import { RoomController } from './room.controller.js';
import { RoomRepository } from './room.repository.js';
import { RoomService } from './room.service.js';
import { RoomUpkeepRepository } from './room-upkeep.repository.js';

@Module({
  controllers: [RoomController],
  providers: [RoomRepository, RoomService, RoomUpkeepRepository],
  exports: [RoomRepository, RoomService, RoomUpkeepRepository],
})
export class RoomModule {}
