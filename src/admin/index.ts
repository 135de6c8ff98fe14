export { AdminModule } from './admin.module.js';
export { PutTenantDto } from './dto/put-tenant.dto.js';
export { toRemovedTenantDto, toTenantDto, type TenantDto } from './dto/tenant.dto.js';
export { TenantAdminService } from './tenant-admin.service.js';
