import type { Caller, View } from '../auth/index.js';
import { isEmptyLike, pick } from '../common/index.js';
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
}

/** The fields as the sender's credential allows: whom a message is from is what its sender may write as, where a credential names the sender. */
export function asSender({ subject }: Caller, { user_type: kind }: Joiner, fields: MessageFields): MessageFields {
  return subject === null || isEmptyLike(fields.from_message) ? fields : { ...fields, from_message: `from_${kind}` };
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
