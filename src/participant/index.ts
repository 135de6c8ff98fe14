export { ParticipantDto } from './dto/participant.dto.js';
export { ParticipantModule } from './participant.module.js';
export { ParticipantService } from './participant.service.js';
export { findSame, PARTICIPANT_FIELDS, toWireParticipant, type WireParticipant } from './participant.js';
export { ParticipantController } from './participant.controller.js';
