import type { View } from '../auth/index.js';
import { pick } from '../common/index.js';
import { SHARED_ROOM_FIELDS, type Joiner, type Message, type MessageFields } from '../room/index.js';

/** The wire's fields of a preview, in their order. */
export const PREVIEW_FIELDS = [
  '_id',
  'display_image',
  'phone_num',
  'is_media',
  'mediaUrl',
  'thumbnailUrl',
  'mediaType',
  'message',
  'user_type',
  'to_message',
  'from_message',
  'email',
  'username',
  'chat_type',
  ...SHARED_ROOM_FIELDS,
  'auth_user_id',
  'room',
  'to_id',
  'from_id',
  'from_user_id',
  'created_date',
  '__v',
] as const satisfies readonly (keyof Message)[];

/** A message and who sends it, as the sender says. */
export interface SentFields {
  readonly sender: Joiner;
  readonly fields: MessageFields;
  /** The sender's own name for this send, under which it may be repeated. */
  readonly key?: string | null;
}

/** A message as a room list shows it: without `seq`. */
export type WirePreview = Pick<Message, (typeof PREVIEW_FIELDS)[number]>;

/** The newest message of a room as its list shows it: exactly the wire's fields, those that it has. */
export function toWirePreview(message: Message): WirePreview {
  return pick(message, PREVIEW_FIELDS);
}

/** A message as history, the send answer and events show it: a preview with its `seq`. */
export type WireMessage = WirePreview & Pick<Message, 'seq'>;

/** The messages as a view shows them. */
export function toWireMessages(view: View, messages: readonly Message[]): WireMessage[] {
  return messages.map((message) => view.show(toWireMessage(message)));
}

/** The message as answered. */
export function toWireMessage(message: Message): WireMessage {
  return { ...toWirePreview(message), seq: message.seq };
}
