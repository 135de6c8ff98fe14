import { Module } from '@nestjs/common';

import { RoomModule } from '../room/index.js';
import { InboxController } from './inbox.controller.js';
import { InboxService } from './inbox.service.js';
import { ListAnswers } from './list-answers.js';
import { RoomCards } from './room-cards.js';
import { RoomLists } from './room-lists.js';

@Module({ imports: [RoomModule], controllers: [InboxController], providers: [InboxService, ListAnswers, RoomCards, RoomLists] })
export class InboxModule {}
