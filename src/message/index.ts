export { BroughtMessageRepository } from './brought-message.repository.js';
export { MessageDto, PreviewDto, toMessageNews } from './dto/message.dto.js';
export { MessageModule } from './message.module.js';
export { MessageRepository } from './message.repository.js';
export { MessageService } from './message.service.js';
export { PREVIEW_FIELDS, toWireMessage, toWirePreview, type WirePreview } from './message.js';
export { HistoryService } from './history.service.js';
export { MessageController } from './message.controller.js';
export { MESSAGES } from './message.schema.js';
