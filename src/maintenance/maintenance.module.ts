import { Module } from '@nestjs/common';

import { MessageModule } from '../message/index.js';
import { RoomModule } from '../room/index.js';
import { CheckService } from './check.service.js';
import { ImportSessionRepository } from './import/import-session.repository.js';
import { ImportService } from './import/import.service.js';
import { Verification } from './import/verification.js';
import { UpgradeService } from './upgrade.service.js';

@Module({
  imports: [RoomModule, MessageModule],
  providers: [CheckService, ImportService, ImportSessionRepository, UpgradeService, Verification],
  exports: [CheckService, ImportService, UpgradeService],
})
export class MaintenanceModule {}
