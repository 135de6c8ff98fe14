import { Module } from '@nestjs/common';

import { Metrics } from '../observe/index.js';
import { RoomModule } from '../room/index.js';
import { BroughtMessageRepository } from './brought-message.repository.js';
import { HistoryService } from './history.service.js';
import { MessageController } from './message.controller.js';
import { MessageRepository } from './message.repository.js';
import { MessageUpkeepRepository } from './message-upkeep.repository.js';
import { MessageService } from './message.service.js';
import { SendKeyRepository } from './send-key.repository.js';
import { SendTransaction } from './send-transaction.js';

@Module({
  imports: [RoomModule],
  controllers: [MessageController],
  providers: [BroughtMessageRepository, HistoryService, MessageRepository, MessageService, MessageUpkeepRepository, SendKeyRepository, SendTransaction],
  exports: [BroughtMessageRepository, HistoryService, MessageRepository, MessageService, MessageUpkeepRepository],
})
export class MessageModule {
  constructor(metrics: Metrics, messages: MessageService) {
    metrics.gauge({ name: 'anteroom_sends_waiting', help: 'Messages that wait for the one before them in their room.' }, () => messages.waiting);
  }
}
