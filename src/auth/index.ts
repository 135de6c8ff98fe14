export { checkAdmission } from './admission.js';
export { ApiWireCall } from './api-wire-call.decorator.js';
export { ApiWireErrors } from './api-wire-errors.decorator.js';
export { AdmissionMiddleware } from './admission.middleware.js';
export * from './auth.errors.js';
export { AuthModule } from './auth.module.js';
