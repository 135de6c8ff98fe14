import { Module } from '@nestjs/common';

import { LocationModule } from '../location/index.js';
import { MessageModule } from '../message/index.js';
import { RoomModule } from '../room/index.js';
import { CheckService } from './check.service.js';
import { ImportSessionRepository } from './import/import-session.repository.js';
import { ImportService } from './import/import.service.js';
import { LocationImport } from './import/location-import.js';
import { PartStore } from './import/part-store.js';
import { Verification } from './import/verification.js';
import { UpgradeService } from './upgrade.service.js';

@Module({
  imports: [RoomModule, MessageModule, LocationModule],
  providers: [CheckService, ImportService, ImportSessionRepository, LocationImport, PartStore, UpgradeService, Verification],
  exports: [CheckService, ImportService, UpgradeService],
})
export class MaintenanceModule {}
