export { DIFFERENCES, type Difference } from './check-compare.js';
export type { CheckReport } from './check-report.js';
export { CheckService } from './check.service.js';
export { MaintenanceModule } from './maintenance.module.js';
export { RetentionModule } from './retention.module.js';
export { UpgradeService, type UpgradedCollection } from './upgrade.service.js';
