export { createLog, PinoLoggerService } from './log.js';
export { requestLog, type LoggedRequest } from './request-log.js';
