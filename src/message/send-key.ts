import { hashOf, isEmptyLike } from '../common/index.js';
import type { Writer } from '../room/index.js';

/** What a sender names a send by, so that repeating it stores nothing again; nothing of what was said can be read from it. */
export interface SendKey {
  /** The sender and its name for the send. */
  readonly id: string;
  /** What is sent. */
  readonly content: string;
}

/** The key of a send: the sender is who it is for the room and by its credential, `content` all that was said. */
export function toSendKey(name: string, { joiner: { user_type, user_id, email }, role }: Writer, content: readonly unknown[]): SendKey {
  const said = isEmptyLike(user_id) ? [user_type, null, email ?? null] : [user_type, user_id];
  // The seller of a peer chat writes as a user; shops and users may have the same numbers.
  const sender = role === null || role === user_type ? said : [role, ...said];
  return { id: hashOf([...sender, name]), content: hashOf(content) };
}
