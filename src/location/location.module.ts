import { Module } from '@nestjs/common';

import { RoomModule } from '../room/index.js';
import { BroughtLocationRepository } from './brought-location.repository.js';
import { LocationController } from './location.controller.js';
import { LocationRepository } from './location.repository.js';
import { LocationService } from './location.service.js';

@Module({
  imports: [RoomModule],
  controllers: [LocationController],
  providers: [BroughtLocationRepository, LocationRepository, LocationService],
  exports: [BroughtLocationRepository, LocationRepository, LocationService],
})
export class LocationModule {}
