export { toRoomType } from './room-type.js';
export type { Message, MessageFields } from './room-message.js';
export { identityOf, type Joiner, type Participant } from './room-participant.js';
export { RoomFullError, RoomNotFoundError } from './room.errors.js';
export { RoomModule } from './room.module.js';
export { RoomRepository, type RoomMatch, type RoomPosition, type RoomWindow } from './room.repository.js';
export { RoomService } from './room.service.js';
export { pick, toWireRoom, type Room, type RoomFields, type SentText, type WireRoom } from './room.js';
export { PAGE_ANSWER, PAGE_REQUEST } from './room.example.js';
