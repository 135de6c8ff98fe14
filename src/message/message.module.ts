import { Module } from '@nestjs/common';

import { RoomModule } from '../room/index.js';
import { BroughtMessageRepository } from './brought-message.repository.js';
import { HistoryService } from './history.service.js';
import { MessageController } from './message.controller.js';
import { MessageRepository } from './message.repository.js';
import { MessageService } from './message.service.js';

@Module({
  imports: [RoomModule],
  controllers: [MessageController],
  providers: [BroughtMessageRepository, HistoryService, MessageRepository, MessageService],
  exports: [BroughtMessageRepository, HistoryService, MessageRepository, MessageService],
})
export class MessageModule {}
