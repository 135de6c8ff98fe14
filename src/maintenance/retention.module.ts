import { Module } from '@nestjs/common';

import { MessageModule } from '../message/index.js';
import { RoomModule } from '../room/index.js';
import { RetentionLeaseRepository } from './retention-lease.repository.js';
import { RetentionRunner } from './retention-runner.js';
import { RetentionService } from './retention.service.js';

/** Old messages removed by the service itself; the command line has no part in it. */
@Module({ imports: [RoomModule, MessageModule], providers: [RetentionLeaseRepository, RetentionRunner, RetentionService] })
export class RetentionModule {}
