export { CurrentTenant } from './current-tenant.decorator.js';
export { KEY_PREFIX, toKeyName, type KeyName } from './key-format.js';
export { KeyUseRepository, type KeyUse } from './key-use.repository.js';
export { pathPrefix } from './path-prefix.js';
export { TenancyMiddleware, type TenantRequest } from './tenancy.middleware.js';
export { TenancyModule } from './tenancy.module.js';
export * from './tenancy.errors.js';
export { toTenantHints } from './tenant-hints.js';
export { TenantDirectory } from './tenant-directory.js';
export { TenantModels, type TenantCollection } from './tenant-models.js';
export { TenantResolver } from './tenant-resolver.js';
export { TenantRepository } from './tenant.repository.js';
export { newDatabaseName, TENANT_DATABASES } from './tenant-database.js';
export { EffectiveLimits, type Limited } from './effective-limits.js';
export {
  DEFAULT_LIMITS,
  DEFAULT_SETTINGS,
  type Admission,
  type ApiKey,
  type EraseMessages,
  type JwtSettings,
  type KeyRole,
  type LookupSettings,
  type MaskedField,
  type Masking,
  type Tenant,
  type TenantAuth,
  type TenantFields,
  type TenantLimits,
  type TenantSettings,
} from './tenant.js';
