import { Module } from '@nestjs/common';

import { MessageModule } from '../message/index.js';
import { RoomModule } from '../room/index.js';
import { ImportSessionRepository } from './import/import-session.repository.js';
import { ImportService } from './import/import.service.js';
import { Verification } from './import/verification.js';

@Module({ imports: [RoomModule, MessageModule], providers: [ImportService, ImportSessionRepository, Verification], exports: [ImportService] })
export class MaintenanceModule {}
