import { Global, Module } from '@nestjs/common';

import { EffectiveLimits } from './effective-limits.js';
import { KeyUseRepository } from './key-use.repository.js';
import { TenancyMiddleware } from './tenancy.middleware.js';
import { TenantDirectory } from './tenant-directory.js';
import { TenantIndexes } from './tenant-indexes.js';
import { TenantModels } from './tenant-models.js';
import { TenantRepository } from './tenant.repository.js';
import { TenantResolver } from './tenant-resolver.js';

const providers = [EffectiveLimits, KeyUseRepository, TenancyMiddleware, TenantDirectory, TenantIndexes, TenantModels, TenantRepository, TenantResolver];

@Global()
@Module({ providers, exports: providers })
export class TenancyModule {}
