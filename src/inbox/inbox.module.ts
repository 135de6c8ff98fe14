import { Module } from '@nestjs/common';

import { RoomModule } from '../room/index.js';
import { InboxController } from './inbox.controller.js';
import { InboxService } from './inbox.service.js';
import { RoomCards } from './room-cards.js';

@Module({ imports: [RoomModule], controllers: [InboxController], providers: [InboxService, RoomCards] })
export class InboxModule {}
