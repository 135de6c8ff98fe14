import { pick } from '../common/index.js';
import { identityOf, SHARED_ROOM_FIELDS, type Joiner, type Participant } from '../room/index.js';

/** The wire's fields of a participant, in their order. */
export const PARTICIPANT_FIELDS = [
  '_id',
  'status',
  'room_id',
  'user_type',
  'user_id',
  'email',
  'username',
  'phone_num',
  'display_image',
  'sub_domain',
  ...SHARED_ROOM_FIELDS,
  'auth_user_id',
  'created_date',
  'updated_date',
  '__v',
] as const satisfies readonly (keyof Participant)[];

/** A participant as answered. */
export type WireParticipant = Pick<Participant, (typeof PARTICIPANT_FIELDS)[number]>;

/** The participant as answered: exactly the wire's fields, those that it has. */
export function toWireParticipant(participant: Participant): WireParticipant {
  return pick(participant, PARTICIPANT_FIELDS);
}

/** The participant as whom a room knows the joiner again. */
export function findSame(participants: readonly Participant[], joiner: Joiner): Participant | undefined {
  const identity = Object.entries(identityOf(joiner)) as [keyof Participant, unknown][];
  return participants.find((one) => identity.every(([field, value]) => (one[field] ?? null) === value));
}
