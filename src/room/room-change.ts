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
  return {
    _id: participantId,
    status: true,
    room_id: '$_id',
    user_type: { $literal: user_type },
    ...(user_type === 'vendor' ? { user_id: '$vendor_id' } : literals({ user_id })),
    ...literals(profile),
    ...SHARED,
    ...literals({ auth_user_id: user_id }),
    created_date: '$updated_date',
    updated_date: '$updated_date',
    __v: { $literal: 0 },
  };
}

// $set of a bare object would keep whatever else the message before had; that of an expression replaces it.
function toPreview(joiner: Joiner, message: NewMessage): object {
  return { $mergeObjects: [toMessage(joiner, message)] };
}

function toMessage(joiner: Joiner, { _id, fields, defaultImage }: NewMessage): object {
  const { user_type, user_id, email, username, display_image, phone_num } = joiner;
  const { message, to_message, from_message, chat_type, ...media } = fields;
  return {
    _id,
    ...literals({ display_image: display_image === undefined ? defaultImage : display_image }),
    ...literals({ phone_num: phone_num === undefined ? 'N/A' : phone_num }),
    ...literals({ is_media: false, mediaUrl: null, thumbnailUrl: null, mediaType: null, ...defined(media) }),
    ...literals({ message, user_type, to_message, from_message, email, username, chat_type }),
    ...SHARED,
    ...literals({ auth_user_id: user_id }),
    room: '$_id',
    ...toDirection(joiner),
    created_date: { $max: ['$updated_date', '$last_message.created_date'] },
    __v: { $literal: 0 },
    seq: '$seq',
  };
}

// Who the message goes to and comes from, as old apps read it.
function toDirection({ user_type, user_id }: Joiner): object {
  return user_type === 'vendor'
    ? { to_id: '$order_user_id', from_id: '$vendor_id', from_user_id: '$vendor_user_id' }
    : { to_id: '$vendor_id', from_id: '$order_user_id', ...literals({ from_user_id: user_id }) };
}

const SHARED = Object.fromEntries(SHARED_ROOM_FIELDS.map((field) => [field, `$${field}`]));

// Callers' text may begin with a dollar sign: as a literal it stays text.
function literals(fields: object): Record<string, object> {
  return Object.fromEntries(Object.entries(defined(fields)).map(([field, value]) => [field, { $literal: value as unknown }]));
}

function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
