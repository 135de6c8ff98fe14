import { Module } from '@nestjs/common';

import { AdminModule } from '../admin/index.js';
import { MessageModule } from '../message/index.js';
import { RoomModule } from '../room/index.js';
import { DemoDataService } from './demo-data.service.js';
import { DemoService } from './demo.service.js';

@Module({ imports: [AdminModule, RoomModule, MessageModule], providers: [DemoDataService, DemoService], exports: [DemoService] })
export class DemoModule {}
