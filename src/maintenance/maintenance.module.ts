import { Module } from '@nestjs/common';

import { MessageModule } from '../message/index.js';
import { RoomModule } from '../room/index.js';
import { CheckService } from './check.service.js';
import { UpgradeService } from './upgrade.service.js';

@Module({ imports: [RoomModule, MessageModule], providers: [CheckService, UpgradeService], exports: [CheckService, UpgradeService] })
export class MaintenanceModule {}
