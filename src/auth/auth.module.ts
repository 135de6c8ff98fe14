import { Global, Module } from '@nestjs/common';

import { AdmissionMiddleware } from './admission.middleware.js';
import { Authenticator } from './authenticator.js';
import { JwtCheck } from './jwt-check.js';
import { KeyServers } from './key-servers.js';
import { Lookups } from './lookups.js';

@Global()
@Module({ providers: [AdmissionMiddleware, Authenticator, JwtCheck, KeyServers, Lookups], exports: [AdmissionMiddleware, Authenticator] })
export class AuthModule {}
