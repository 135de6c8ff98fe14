import { toWirePreview, type WirePreview } from '../message/index.js';
import { toWireParticipant, type WireParticipant } from '../participant/index.js';
import { toWireRoom, type Room, type WireRoom } from '../room/index.js';

/** A room as lists answer it: with everybody in it, in order of joining, and its newest message, none or one. */
export type RoomCard = WireRoom & { readonly user_Data: WireParticipant[]; readonly chat_Data: WirePreview[] };

/** The room as lists answer it. */
export function toRoomCard(room: Room): RoomCard {
  return {
    ...toWireRoom(room),
    user_Data: room.participants.map(toWireParticipant),
    chat_Data: room.last_message === null ? [] : [toWirePreview(room.last_message)],
  };
}
