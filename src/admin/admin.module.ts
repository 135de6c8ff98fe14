import { Module } from '@nestjs/common';

import { AdminController } from './admin.controller.js';
import { TenantAdminService } from './tenant-admin.service.js';

@Module({ controllers: [AdminController], providers: [TenantAdminService], exports: [TenantAdminService] })
export class AdminModule {}
