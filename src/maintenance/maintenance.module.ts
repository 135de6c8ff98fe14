import { Module } from '@nestjs/common';

import { LocationModule } from '../location/index.js';
import { MessageModule } from '../message/index.js';
import { RoomModule } from '../room/index.js';
import { CheckService } from './check.service.js';
import { EraseSessionRepository } from './erase/erase-session.repository.js';
import { EraseService } from './erase/erase.service.js';
import { ExportService } from './export/export.service.js';
import { ImportSessionRepository } from './import/import-session.repository.js';
import { ImportService } from './import/import.service.js';
import { LocationImport } from './import/location-import.js';
import { PartStore } from './import/part-store.js';
import { RoomImport } from './import/room-import.js';
import { Verification } from './import/verification.js';
import { LoadRepository } from './load/load.repository.js';
import { LoadService } from './load/load.service.js';
import { StoredDocumentsRepository } from './stored-documents.repository.js';
import { UpgradeService } from './upgrade.service.js';

@Module({
  imports: [LocationModule, RoomModule, MessageModule],
  providers: [
    ...[CheckService, ImportService, ImportSessionRepository, LocationImport, PartStore, RoomImport, UpgradeService, Verification],
    ...[EraseService, EraseSessionRepository, ExportService, LoadRepository, LoadService, StoredDocumentsRepository],
  ],
  exports: [CheckService, EraseService, ExportService, ImportService, LoadService, UpgradeService],
})
export class MaintenanceModule {}
