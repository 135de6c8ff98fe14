import type { Id } from '../mongo/index.js';

import type { SentText } from './sent-text.js';

/** A message as stored, in `messages` and as its room's preview; five fields repeat the room's. */
export interface Message {
  _id: Id;
  display_image?: SentText;
  phone_num?: SentText;
  is_media?: boolean;
  mediaUrl?: SentText;
  thumbnailUrl?: SentText;
  mediaType?: SentText;
  message?: SentText;
  user_type: string;
  to_message?: SentText;
  from_message?: SentText;
  email?: SentText;
  username?: SentText;
  chat_type?: SentText;
  room_name: string;
  vendor_id?: SentText;
  vendor_user_id?: SentText;
  order_user_id?: SentText;
  order_vendor_id?: SentText;
  /** The real sender; callers decide by it whose message this is. */
  auth_user_id?: SentText;
  /** The room's `_id`. */
  room: Id;
  to_id?: SentText;
  from_id?: SentText;
  from_user_id?: SentText;
  created_date: Date;
  __v: number;
  /** Place of the message in its room: 1, 2, 3 … */
  seq: number;
  /** Written by an import, so that no socket is told of it. Never answered. */
  brought_in?: true;
}

/** The message as its room repeats it: how it came here is no part of it. */
export function toPreview({ brought_in: _, ...message }: Message): Message {
  return message;
}

/** What a sender says of a message. */
export type MessageFields = Partial<
  Pick<
    Message,
    'message' | 'to_message' | 'from_message' | 'chat_type' | 'is_media' | 'mediaUrl' | 'thumbnailUrl' | 'mediaType'
  >
>;
