import { Module } from '@nestjs/common';

import { RoomModule } from '../room/index.js';
import { LocationController } from './location.controller.js';
import { LocationRepository } from './location.repository.js';
import { LocationService } from './location.service.js';

@Module({ imports: [RoomModule], controllers: [LocationController], providers: [LocationRepository, LocationService], exports: [LocationRepository, LocationService] })
export class LocationModule {}
