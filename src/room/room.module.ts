import { Module } from '@nestjs/common';

import { BroughtRoomRepository } from './brought-room.repository.js';
import { RoomController } from './room.controller.js';
import { RoomRepository } from './room.repository.js';
import { RoomService } from './room.service.js';
import { RoomUpkeepRepository } from './room-upkeep.repository.js';

@Module({
  controllers: [RoomController],
  providers: [BroughtRoomRepository, RoomRepository, RoomService, RoomUpkeepRepository],
  exports: [BroughtRoomRepository, RoomRepository, RoomService, RoomUpkeepRepository],
})
export class RoomModule {}
