export { createLog, PinoLoggerService } from './log.js';
export { Metrics, type DropReason } from './metrics.js';
export { ObserveModule } from './observe.module.js';
export { requestLog, type LoggedRequest } from './request-log.js';
