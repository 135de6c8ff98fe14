import { Global, Module } from '@nestjs/common';

import { AdmissionMiddleware } from './admission.middleware.js';
import { Authenticator } from './authenticator.js';

@Global()
@Module({ providers: [AdmissionMiddleware, Authenticator], exports: [AdmissionMiddleware, Authenticator] })
export class AuthModule {}
