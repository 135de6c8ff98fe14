import { Module } from '@nestjs/common';

import { RoomModule } from '../room/index.js';
import { MessageRepository } from './message.repository.js';
import { MessageService } from './message.service.js';

@Module({ imports: [RoomModule], providers: [MessageRepository, MessageService], exports: [MessageRepository, MessageService] })
export class MessageModule {}
