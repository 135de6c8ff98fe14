export { MessageModule } from './message.module.js';
export { MessageRepository } from './message.repository.js';
export { MessageService } from './message.service.js';
export { toWirePreview, type WirePreview } from './message.js';
