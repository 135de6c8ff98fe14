import { isDeepStrictEqual } from 'node:util';

import { toWireMessage } from '../message/index.js';
import { newId } from '../mongo/index.js';
import { findSame } from '../participant/index.js';
import { pick } from '../common/index.js';
import { SHARED_ROOM_FIELDS, toPreview, type MendedParts, type Message, type Participant, type Room } from '../room/index.js';
import { toJoiner, toNewer, type CheckTally } from './check-tally.js';

/** What can differ between a room and its messages. */
export const DIFFERENCES = [
  'preview',
  'lost_message',
  'seq',
  'missing_participant',
  'doubled_participant',
  'updated_date',
  'doubled_seq',
  'no_room',
] as const;

export type Difference = (typeof DIFFERENCES)[number];

/** Where a room differs from its messages, and what it should be. */
export interface Comparison {
  readonly differences: readonly Difference[];
  /** The room's parts as its messages say. */
  readonly parts: MendedParts;
  /** A message that is the room's preview and nowhere else. */
  readonly lost: Message | null;
  /** How many places up to the room's `seq` no message has. */
  readonly holes: number;
}

/** Differences that nobody can put right but a person. */
export const LEFT: ReadonlySet<Difference> = new Set(['doubled_seq', 'no_room']);

/** Compares the room with what its messages come to. */
export function compare(room: Room, tally: CheckTally): Comparison {
  const preview = room.last_message;
  const lost = preview !== null && !tally.hasPreview && !tally.hasPreviewsPlace ? preview : null;
  const newest = toNewer(tally.newest, lost);
  // Never lower: whoever has seen a place asks for what comes after it.
  const seq = Math.max(room.seq, tally.greatest, lost?.seq ?? 0);
  const single = room.participants.filter((one, at) => findSame(room.participants.slice(0, at), toJoiner(one)) === undefined);
  const participants = withMissing(room, single, [...tally.senders, ...(lost === null ? [] : [lost])]);
  const moved = toNewer(tally.newestSent, lost);
  const isBehind = moved !== null && moved.created_date > room.updated_date;
  const differs: Readonly<Record<Exclude<Difference, 'no_room'>, boolean>> = {
    preview: !isDeepStrictEqual(toShown(preview), toShown(newest)),
    lost_message: lost !== null,
    seq: seq !== room.seq,
    missing_participant: participants.length > single.length,
    doubled_participant: single.length < room.participants.length,
    updated_date: isBehind,
    doubled_seq: tally.doubled > 0,
  };
  return {
    differences: DIFFERENCES.filter((one) => one !== 'no_room' && differs[one]),
    parts: { last_message: newest === null ? null : toPreview(newest), seq, participants, updated_date: isBehind ? moved.created_date : room.updated_date },
    lost,
    holes: Math.max(0, seq - tally.count - (lost === null ? 0 : 1)),
  };
}

// What else may be stored with a message is of no room.
function toShown(message: Message | null): object | null {
  return message === null ? null : toWireMessage(message);
}

// In order of joining, which is that of their first message here.
function withMissing(room: Room, participants: readonly Participant[], senders: readonly Message[]): Participant[] {
  const all = [...participants];
  for (const message of senders) {
    if (findSame(all, toJoiner(message)) !== undefined) continue;
    const later = all.findIndex(({ created_date: joined }) => joined > message.created_date);
    all.splice(later === -1 ? all.length : later, 0, toParticipant(room, message));
  }
  return all;
}

function toParticipant(room: Room, message: Message): Participant {
  const { user_type, created_date } = message;
  return {
    _id: newId(),
    status: true,
    room_id: room._id,
    ...pick(message, ['user_type', 'email', 'username', 'phone_num', 'display_image', 'auth_user_id']),
    ...toUserId(user_type === 'vendor' ? room.vendor_id : message.from_user_id),
    ...pick(room, SHARED_ROOM_FIELDS),
    created_date,
    updated_date: created_date,
    __v: 0,
  };
}

function toUserId(id: Participant['user_id']): Pick<Participant, 'user_id'> {
  return id === undefined ? {} : { user_id: id };
}
