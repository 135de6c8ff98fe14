export { InboxController } from './inbox.controller.js';
export { InboxModule } from './inbox.module.js';
