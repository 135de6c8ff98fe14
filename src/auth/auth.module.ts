import { Module } from '@nestjs/common';

import { AdmissionMiddleware } from './admission.middleware.js';

@Module({ providers: [AdmissionMiddleware], exports: [AdmissionMiddleware] })
export class AuthModule {}
