export { AUDIT_ACTIONS, THIS_SERVICE, type Actor, type AuditAction, type AuditEntry, type AuditRecord } from './audit-record.js';
export { AuditModule } from './audit.module.js';
export { AuditRepository, type AuditQuery } from './audit.repository.js';
export { AuditService } from './audit.service.js';
export { RefusedCalls } from './refused-calls.js';
