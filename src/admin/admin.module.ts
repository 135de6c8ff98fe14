import { Module } from '@nestjs/common';

import { AdminController } from './admin.controller.js';
import { AuditController } from './audit.controller.js';
import { KeyAdminService } from './key-admin.service.js';
import { KeysController } from './keys.controller.js';
import { TenantAdminService } from './tenant-admin.service.js';

@Module({
  controllers: [AdminController, KeysController, AuditController],
  providers: [TenantAdminService, KeyAdminService],
  exports: [TenantAdminService, KeyAdminService],
})
export class AdminModule {}
