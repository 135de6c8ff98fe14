import { compareIds, type Id } from '../../mongo/index.js';
import { identityOf, type Participant, type Room } from '../../room/index.js';
import type { OldRoom } from './old-documents.js';
import type { OldMessage } from './old-message.js';

/** Rooms of the source that have one name and become one; the oldest of those that can be understood is the head, whose fields win. */
export interface OldGroup {
  readonly head: OldRoom;
  readonly ids: readonly Id[];
  /** Those of them that can be understood. */
  readonly understood: readonly Id[];
  /** The newest `updated_date` that one of them says; null: none does. */
  readonly updated: Date | null;
}

/** What is brought at once of a group: everybody in it with its first messages, later only further messages. */
export interface OldPart {
  readonly group: OldGroup;
  readonly place: number;
  /** Whether it is the first of its group; only that one has participants. */
  readonly isFirst: boolean;
  readonly participants: readonly Participant[];
  readonly messages: readonly OldMessage[];
  /** How much all of it was in the source. */
  readonly bytes: number;
}

/** The rooms as one, or null where none of them could be understood. */
export function toGroup(ids: readonly Id[], rooms: readonly OldRoom[]): OldGroup | null {
  const [head, ...others] = [...rooms].sort((one, other) => compareIds(one.id, other.id));
  if (head === undefined) return null;
  const updated = [head, ...others].map((room) => room.updated).filter((date) => date !== null);
  return { head, ids, understood: rooms.map(({ id }) => id), updated: updated.length === 0 ? null : newest(updated) };
}

/** Somebody who is in a room twice, and as whom they stay. */
export interface MergedParticipant {
  readonly from: Id;
  readonly into: Id;
}

/** Those who are left when everybody is in the room once, in order of joining: the oldest id stays, and what it says. */
export function mergeParticipants(all: readonly Participant[], there: readonly Participant[] = []): { kept: Participant[]; merged: MergedParticipant[] } {
  const known = new Map(there.map((one) => [keyOf(one), one._id]));
  const kept: Participant[] = [];
  const merged: MergedParticipant[] = [];
  for (const one of [...all].sort((left, right) => compareIds(left._id, right._id))) {
    const into = known.get(keyOf(one));
    if (into !== undefined) merged.push({ from: one._id, into });
    else kept.push(one);
    if (into === undefined) known.set(keyOf(one), one._id);
  }
  return { kept: kept.sort(byJoining), merged };
}

/** What a room knows somebody by. */
export function keyOf({ user_type, user_id, auth_user_id, email }: Participant): string {
  const known = { user_type, user_id: auth_user_id ?? user_id ?? null, ...(email === undefined ? {} : { email }) };
  return JSON.stringify(identityOf(known));
}

/** The later of the dates. */
export function newest(dates: readonly Date[]): Date {
  return new Date(Math.max(...dates.map((date) => date.getTime())));
}

/** The room of the group as it would be here with nobody and nothing in it. */
export function toEmptyRoom({ head, updated }: OldGroup, source: string, revision: Id): Room {
  const dates = { created_date: head.created, updated_date: updated ?? head.created };
  return { _id: head.id, status: true, __v: 0, ...head.fields, ...dates, participants: [], last_message: null, seq: 0, revision, brought_by: source };
}

function byJoining(one: Participant, other: Participant): number {
  return one.created_date.getTime() - other.created_date.getTime() || compareIds(one._id, other._id);
}
