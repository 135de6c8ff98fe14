import { PREVIEW_FIELDS, toWirePreview, type WirePreview } from '../message/index.js';
import { BsonFields, idOf, toDocument, TYPES } from '../mongo/index.js';
import { PARTICIPANT_FIELDS, toWireParticipant, type WireParticipant } from '../participant/index.js';
import { ROOM_FIELDS, toWireRoom, type Room, type WireRoom } from '../room/index.js';
import { BsonToJson } from './bson-to-json.js';
import type { Card } from './card-store.js';

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

const LISTS = [
  { name: 'participants', as: 'user_Data', holds: 'array', of: new BsonToJson(PARTICIPANT_FIELDS) },
  { name: 'last_message', as: 'chat_Data', holds: 'document or null', of: new BsonToJson(PREVIEW_FIELDS) },
] as const;

const VIEWS = {
  whole: { toWire: toRoomCard, written: new BsonToJson([...ROOM_FIELDS, ...LISTS]) },
  alone: { toWire: toWireRoom, written: new BsonToJson(ROOM_FIELDS) },
} as const;

/** How rooms are shown: with everybody in them and their newest message, or alone. */
export type View = keyof typeof VIEWS;

/** The card of a room as stored, which is decoded only where its JSON cannot be written from its BSON. */
export function toCard(bytes: Buffer, view: View): Card {
  const { toWire, written } = VIEWS[view];
  const plain = written.toJson(bytes);
  const revision = plain && findRevision(bytes);
  if (plain && revision) return { id: idOf(bytes), revision, plain, packed: null };
  const room = toDocument(bytes) as Room;
  return { id: room._id.toHexString(), revision: room.revision.toHexString(), plain: toBytes(JSON.stringify(toWire(room))), packed: null };
}

const REVISION = new BsonFields(['revision']);

function findRevision(bytes: Buffer): string | null {
  if (!REVISION.find(bytes, 0) || REVISION.types[0] !== TYPES.id) return null;
  const [at = 0] = REVISION.places;
  return bytes.toString('hex', at, at + 12);
}

// Not from Node's pool, of which one small part that is kept holds all.
function toBytes(json: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(json));
  bytes.write(json);
  return bytes;
}
