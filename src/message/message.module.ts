import { Module } from '@nestjs/common';

import { RoomModule } from '../room/index.js';
import { HistoryService } from './history.service.js';
import { MessageController } from './message.controller.js';
import { MessageRepository } from './message.repository.js';
import { MessageService } from './message.service.js';
import { SendKeyRepository } from './send-key.repository.js';
import { SendTransaction } from './send-transaction.js';

@Module({
  imports: [RoomModule],
  controllers: [MessageController],
  providers: [HistoryService, MessageRepository, MessageService, SendKeyRepository, SendTransaction],
  exports: [HistoryService, MessageRepository, MessageService],
})
export class MessageModule {}
