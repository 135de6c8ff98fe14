import type { Id } from '../mongo/index.js';

import type { MessageFields } from './room-message.js';
import { identityOf, type Joiner } from './room-participant.js';
import { SHARED_ROOM_FIELDS } from './room.js';

/** What one update does to a room: somebody joins if not known yet, and writes if there is a message. */
export interface RoomChange {
  readonly joiner: Joiner;
  readonly participantId: Id;
  readonly message?: NewMessage;
  readonly revision: Id;
}

/** What is new of a message; the rest is the room's. */
export interface NewMessage {
  readonly _id: Id;
  readonly fields: MessageFields;
  /** Its image where the sender's app names none. */
  readonly defaultImage: string | null;
}

/**
 * The one update that sets participant, preview, `seq`, `revision` and dates together. It reads the room's own fields inside
 * MongoDB, so nothing is read before it; the clock is MongoDB's, one for all instances.
 */
export function toRoomUpdate(change: RoomChange): { $set: object }[] {
  const { message } = change;
  return [
    { $set: toMoved(change.revision) },
    { $set: { participants: toParticipants(change) } },
    ...(message === undefined ? [] : [{ $set: { seq: { $add: ['$seq', 1] } } }, { $set: { last_message: toPreview(change.joiner, message) } }]),
  ];
}

/** What moves with every change of a room. */
export function toMoved(revision: Id): object {
  return { updated_before: '$updated_date', updated_date: { $max: ['$updated_date', '$$NOW'] }, revision };
}

function toParticipants({ joiner, participantId }: RoomChange): object {
  const isSame = Object.entries(identityOf(joiner)).map(([field, value]) => ({ $eq: [{ $ifNull: [`$$one.${field}`, null] }, { $literal: value }] }));
  const isKnown = { $anyElementTrue: [{ $map: { input: '$participants', as: 'one', in: { $and: isSame } } }] };
  const joined = { $concatArrays: ['$participants', [toParticipant(joiner, participantId)]] };
  return { $cond: [isKnown, '$participants', joined] };
}

function toParticipant(joiner: Joiner, participantId: Id): object {
  const { user_type, user_id, ...profile } = joiner;
  const given = { _id: participantId, status: true, user_type, ...profile, auth_user_id: user_id, __v: 0 };
  const ofRoom = { room_id: '$_id', ...SHARED, created_date: '$updated_date', updated_date: '$updated_date' };
  return user_type === 'vendor' ? together(given, { user_id: '$vendor_id', ...ofRoom }) : together({ ...given, user_id }, ofRoom);
}

function toPreview(joiner: Joiner, { _id, fields, defaultImage }: NewMessage): object {
  const { user_type, user_id, email, username, display_image = defaultImage, phone_num = 'N/A' } = joiner;
  const sender = { user_type, auth_user_id: user_id, email, username, display_image, phone_num };
  const given = { _id, ...NO_MEDIA, ...defined(fields), ...sender, __v: 0 };
  const ofRoom = { ...SHARED, room: '$_id', created_date: { $max: ['$updated_date', '$last_message.created_date'] }, seq: '$seq' };
  return user_type === 'vendor' ? together(given, { ...ofRoom, ...FROM_VENDOR }) : together({ ...given, from_user_id: user_id }, { ...ofRoom, ...TO_VENDOR });
}

const NO_MEDIA = { is_media: false, mediaUrl: null, thumbnailUrl: null, mediaType: null };
const SHARED = Object.fromEntries(SHARED_ROOM_FIELDS.map((field) => [field, `$${field}`]));

// Who the message goes to and comes from, as old apps read it.
const FROM_VENDOR = { to_id: '$order_user_id', from_id: '$vendor_id', from_user_id: '$vendor_user_id' };
const TO_VENDOR = { to_id: '$vendor_id', from_id: '$order_user_id' };

// Callers' text may begin with a dollar sign: as a literal it stays text. $set of a bare object would keep whatever else was there before;
// that of an expression replaces it.
function together(given: object, ofRoom: object): object {
  return { $mergeObjects: [{ $literal: defined(given) }, ofRoom] };
}

function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
