export { AdmissionMiddleware } from './admission.middleware.js';
export * from './auth.errors.js';
export { AuthModule } from './auth.module.js';
