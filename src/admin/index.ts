export { AdminModule } from './admin.module.js';
export { toKeyDto, toListedKeyDto, toMadeKeyDto, type ListedKeyDto } from './dto/key.dto.js';
export { MakeKeyDto, toKeyFields } from './dto/make-key.dto.js';
export { PutTenantDto } from './dto/put-tenant.dto.js';
export { toRemovedTenantDto, toTenantDto, type TenantDto } from './dto/tenant.dto.js';
export { KeyAdminService } from './key-admin.service.js';
export { TenantAdminService } from './tenant-admin.service.js';
