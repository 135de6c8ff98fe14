import { Module } from '@nestjs/common';

import { RoomModule } from '../room/index.js';
import { HistoryService } from './history.service.js';
import { MessageController } from './message.controller.js';
import { MessageRepository } from './message.repository.js';
import { MessageUpkeepRepository } from './message-upkeep.repository.js';
import { MessageService } from './message.service.js';

@Module({
  imports: [RoomModule],
  controllers: [MessageController],
  providers: [HistoryService, MessageRepository, MessageService, MessageUpkeepRepository],
  exports: [HistoryService, MessageRepository, MessageService, MessageUpkeepRepository],
})
export class MessageModule {}
