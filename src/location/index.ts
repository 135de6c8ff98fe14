export { SaveLocationDto, toLocationFields } from './dto/location.dto.js';
export { BroughtLocationRepository } from './brought-location.repository.js';
export { LocationController } from './location.controller.js';
export { LocationModule } from './location.module.js';
export { LocationRepository } from './location.repository.js';
export { LocationService } from './location.service.js';
export { LOCATIONS } from './location.schema.js';
export { toWireLocation, type Location, type LocationFields } from './location.js';
