import { isEmptyLike } from '../../common/index.js';
import type { Message, Participant, SentText } from '../../room/index.js';
import type { EraseMessages } from '../../tenancy/index.js';

/** Whose traces are looked for: `types` are the `user_type`s that the id is meant of. */
export interface Person {
  readonly id: string;
  readonly types: ReadonlySet<string>;
}

/** What a document may say of somebody's kind; one of long ago that was moved in may say nothing. */
type SaidKind = string | null | undefined;

interface Sender {
  readonly user_type: SaidKind;
  readonly auth_user_id: SentText | undefined;
}

// What apps expect to be text stays text; the others are null often enough.
const PROFILE = { username: '', email: null, phone_num: null, display_image: null } as const;
const CONTENT = { message: '', mediaUrl: null, thumbnailUrl: null, mediaType: null, is_media: false, from_message: null, to_message: null } as const;
// Which kind of person a message is from or to, as apps write it.
const KIND_ONLY = /^(from|to)_[a-z_]{1,40}$/;

/** The kind of person as `--type` says it. */
export function toKind(userType: SaidKind): string {
  return userType ?? 'unsaid';
}

/** True where the participant is this person; a shop's `user_id` is the shop. */
export function isParticipant({ user_type, auth_user_id, user_id }: Participant, person: Person): boolean {
  return isPerson({ user_type, auth_user_id }, user_id, person);
}

/** True where the message is from this person. */
export function isSender({ user_type, auth_user_id, from_user_id }: Message, person: Person): boolean {
  return isPerson({ user_type, auth_user_id }, from_user_id, person);
}

/** What changes of a participant who is erased; nothing where nothing is left. */
export function erasedParticipant(participant: Participant): Partial<Participant> {
  return differing(participant, PROFILE);
}

/** What changes of a message whose sender is erased; nothing where nothing is left. */
export function erasedMessage(message: Message, policy: EraseMessages): Partial<Message> {
  if (policy === 'keep') return differing(message, PROFILE);
  const changes = differing(message, { ...PROFILE, ...CONTENT });
  for (const field of ['from_message', 'to_message'] as const) if (KIND_ONLY.test(message[field] ?? '')) Reflect.deleteProperty(changes, field);
  return changes;
}

// The real sender is who auth_user_id says; documents of long ago may lack it.
function isPerson({ user_type, auth_user_id }: Sender, otherId: SentText | undefined, { id, types }: Person): boolean {
  if (!types.has(toKind(user_type))) return false;
  return isEmptyLike(auth_user_id) ? user_type !== 'vendor' && otherId === id : auth_user_id === id;
}

// What is absent stays absent, and null stays null.
function differing<T extends object>(document: T, erased: object): Partial<T> {
  const stored = document as Readonly<Record<string, unknown>>;
  const changed = Object.entries(erased).filter(([field, value]) => stored[field] !== undefined && stored[field] !== null && stored[field] !== value);
  return Object.fromEntries(changed) as Partial<T>;
}
