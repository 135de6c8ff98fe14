import { Global, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';

import { AdmissionMiddleware } from './admission.middleware.js';
import { Authenticator } from './authenticator.js';
import { JwtCheck } from './jwt-check.js';
import { KeyServers } from './key-servers.js';
import { KeyUses } from './key-uses.js';
import { Lookups } from './lookups.js';
import { OpenTenants } from './open-tenants.js';
import { PausedCallers } from './paused-callers.js';
import { Quota } from './quota.js';
import { CallLimitMiddleware, SendLimitMiddleware } from './rate-limit.middleware.js';
import { Rates } from './rates.js';
import { Refusals } from './refusals.js';
import { TenantWork } from './tenant-work.js';
import { TokenCheck } from './token-check.js';
import { UnreadAnswers } from './unread-answers.js';
import { WorkLimitInterceptor } from './work-limit.interceptor.js';

const credentials = [Authenticator, JwtCheck, KeyServers, KeyUses, Lookups, Refusals, TokenCheck];
const limits = [Rates, PausedCallers, Quota, TenantWork, UnreadAnswers, CallLimitMiddleware, SendLimitMiddleware];

@Global()
@Module({
  providers: [AdmissionMiddleware, OpenTenants, ...credentials, ...limits, { provide: APP_INTERCEPTOR, useClass: WorkLimitInterceptor }],
  exports: [AdmissionMiddleware, Authenticator, ...limits],
})
export class AuthModule {}
