import { Module, RequestMethod, type DynamicModule, type MiddlewareConsumer, type NestModule } from '@nestjs/common';

import { AdminModule } from './admin/index.js';
import { AuditModule } from './audit/index.js';
import { AdmissionMiddleware, AuthModule, CallLimitMiddleware, SendLimitMiddleware } from './auth/index.js';
import { ConfigModule, type Config } from './config/index.js';
import { DemoModule } from './demo/index.js';
import { HealthModule } from './health/index.js';
import { InboxController, InboxModule } from './inbox/index.js';
import { LocationController, LocationModule } from './location/index.js';
import { RetentionModule } from './maintenance/index.js';
import { MessageController, MessageModule } from './message/index.js';
import { MongoModule } from './mongo/index.js';
import { ObserveModule } from './observe/index.js';
import { ParticipantController, ParticipantModule } from './participant/index.js';
import { RealtimeModule } from './realtime/index.js';
import { RoomController, RoomModule } from './room/index.js';
import { TenancyMiddleware, TenancyModule } from './tenancy/index.js';

// Every controller whose routes belong to a tenant.
const TENANT_CONTROLLERS = [InboxController, RoomController, ParticipantController, MessageController, LocationController];

const SENDS = { path: 'api/chat/sendMessageJoin', method: RequestMethod.POST };

@Module({
  imports: [
    ObserveModule,
    MongoModule,
    AuditModule,
    TenancyModule,
    AuthModule,
    RoomModule,
    ParticipantModule,
    MessageModule,
    LocationModule,
    InboxModule,
    RealtimeModule,
    AdminModule,
    RetentionModule,
    DemoModule,
    HealthModule,
  ],
})
export class AppModule implements NestModule {
  /** The whole service with this configuration. */
  static with(config: Config): DynamicModule {
    return { module: AppModule, imports: [ConfigModule.with(config)] };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(TenancyMiddleware, AdmissionMiddleware, CallLimitMiddleware).forRoutes(...TENANT_CONTROLLERS);
    consumer.apply(SendLimitMiddleware).forRoutes(SENDS);
  }
}
