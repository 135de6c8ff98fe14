import type { View } from '../auth/index.js';
import { PREVIEW_FIELDS, toWirePreview, type WirePreview } from '../message/index.js';
import { BsonFields, idOf, toDocument, TYPES } from '../mongo/index.js';
import { PARTICIPANT_FIELDS, toWireParticipant, type WireParticipant } from '../participant/index.js';
import { ROOM_FIELDS, toWireRoom, type Room, type WireRoom } from '../room/index.js';
import { BsonToJson } from './bson-to-json.js';
import type { Card } from './card-store.js';
import { toOwnBytes } from './own-bytes.js';

/** A room as lists answer it: with everybody in it, in order of joining, and its newest message, none or one. */
export type RoomCard = WireRoom & { readonly user_Data: WireParticipant[]; readonly chat_Data: WirePreview[] };

/** The room as lists answer it. */
export function toRoomCard(room: Room, view: View): RoomCard {
  return {
    ...view.show(toWireRoom(room)),
    user_Data: room.participants.map((one) => view.show(toWireParticipant(one))),
    chat_Data: room.last_message === null ? [] : [view.show(toWirePreview(room.last_message))],
  };
}

const LISTS = [
  { name: 'participants', as: 'user_Data', holds: 'array', of: new BsonToJson(PARTICIPANT_FIELDS) },
  { name: 'last_message', as: 'chat_Data', holds: 'document or null', of: new BsonToJson(PREVIEW_FIELDS) },
] as const;

const SHAPES = {
  whole: { toWire: toRoomCard, written: new BsonToJson([...ROOM_FIELDS, ...LISTS]) },
  alone: { toWire: toRoomAlone, written: new BsonToJson(ROOM_FIELDS) },
} as const;

/** What of rooms is answered: everybody in them and their newest message too, or the rooms alone. */
export type Shape = keyof typeof SHAPES;

/** The card of a room as stored, which is decoded only where its JSON cannot be written from its BSON or the view does not show it as stored. */
export function toCard(bytes: Buffer, shape: Shape, view: View): Card {
  const { toWire, written } = SHAPES[shape];
  const plain = view.isPlain ? written.toJson(bytes) : null;
  const revision = plain && findRevision(bytes);
  if (plain && revision) return { id: idOf(bytes), revision, plain, packed: null, isUsed: false };
  const room = toDocument(bytes) as Room;
  return { id: room._id.toHexString(), revision: room.revision.toHexString(), plain: toOwnBytes(Buffer.from(JSON.stringify(toWire(room, view)))), packed: null, isUsed: false };
}

function toRoomAlone(room: Room, view: View): WireRoom {
  return view.show(toWireRoom(room));
}

const REVISION = new BsonFields(['revision']);

function findRevision(bytes: Buffer): string | null {
  if (!REVISION.find(bytes, 0) || REVISION.types[0] !== TYPES.id) return null;
  const [at = 0] = REVISION.places;
  return bytes.toString('hex', at, at + 12);
}
