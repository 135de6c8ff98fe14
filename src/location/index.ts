export { LocationController } from './location.controller.js';
export { LocationModule } from './location.module.js';
export { LocationService } from './location.service.js';
