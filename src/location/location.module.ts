import { Module } from '@nestjs/common';

import { LocationController } from './location.controller.js';
import { LocationRepository } from './location.repository.js';
import { LocationService } from './location.service.js';

@Module({ controllers: [LocationController], providers: [LocationRepository, LocationService], exports: [LocationService] })
export class LocationModule {}
