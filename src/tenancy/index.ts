export { CurrentTenant } from './current-tenant.decorator.js';
export { pathPrefix } from './path-prefix.js';
export { TenancyMiddleware, type TenantRequest } from './tenancy.middleware.js';
export { TenancyModule } from './tenancy.module.js';
export * from './tenancy.errors.js';
export { TenantDirectory } from './tenant-directory.js';
export { TenantModels, type TenantCollection } from './tenant-models.js';
export { TenantRepository } from './tenant.repository.js';
export type { Admission, Tenant, TenantAuth, TenantFields, TenantSettings } from './tenant.js';
