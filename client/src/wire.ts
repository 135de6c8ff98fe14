import type { components } from './generated/http.js';

type Schemas = components['schemas'];

export type Room = Schemas['RoomDto'];
/** A room with everybody in it and its newest message. */
export type RoomCard = Schemas['RoomCardDto'];
export type Participant = Schemas['ParticipantDto'];
export type Message = Schemas['MessageDto'];
/** A room's newest message as lists show it. */
export type Preview = Schemas['PreviewDto'];
export type Location = Schemas['LocationDto'];

export type NewRoom = Schemas['CreateRoomDto'];
export type NewMessage = Schemas['SendMessageDto'];
export type NewLocation = Schemas['SaveLocationDto'];
export type Joining = Schemas['JoinRoomDto'];

/** A message as it was stored, and its room: before it in the answer of a send, with it in an event. */
export interface SentMessage {
  readonly message: Message;
  readonly room: Room;
}
