import { Global, Module } from '@nestjs/common';

import { AuditRepository } from './audit.repository.js';
import { AuditService } from './audit.service.js';
import { RefusedCalls } from './refused-calls.js';

const providers = [AuditRepository, AuditService, RefusedCalls];

@Global()
@Module({ providers, exports: providers })
export class AuditModule {}
