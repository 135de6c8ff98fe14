export { createLog, PinoLoggerService } from './log.js';
export { Metrics, type DropReason, type Shown } from './metrics.js';
export { ObserveModule } from './observe.module.js';
export { requestLog, type LoggedRequest } from './request-log.js';
export { traceIdOf } from './trace.js';
