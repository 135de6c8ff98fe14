import { Global, Module } from '@nestjs/common';

import { AdmissionMiddleware } from './admission.middleware.js';
import { Authenticator } from './authenticator.js';
import { KeyUses } from './key-uses.js';

@Global()
@Module({ providers: [AdmissionMiddleware, Authenticator, KeyUses], exports: [AdmissionMiddleware, Authenticator, KeyUses] })
export class AuthModule {}
