import { Module } from '@nestjs/common';

import { RoomModule } from '../room/index.js';
import { InboxController } from './inbox.controller.js';
import { InboxService } from './inbox.service.js';

@Module({ imports: [RoomModule], controllers: [InboxController], providers: [InboxService] })
export class InboxModule {}
