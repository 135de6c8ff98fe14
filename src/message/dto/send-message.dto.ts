import { Transform } from 'class-transformer';

import { blankToUndefined, Flag, IdText, OptionalText, pick, Text, ValidationFailedError } from '../../common/index.js';
import type { Joiner, MessageFields } from '../../room/index.js';
import type { SentFields } from '../message.js';
import { SendKeyField } from './send-key.decorator.js';

const URL_LIMIT = 4_000;
const TEXT_LIMIT = 1_000;
// The service's own limit (MESSAGE_LIMIT) is smaller unless it was raised; this one only keeps the field bounded.
const MESSAGE_CEILING = 1_000_000;

/** A message and who sends it. */
export class SendMessageDto {
  /** The room's `_id`. */
  @IdText({ example: '641d731dee3408c461095a2b' }) room_id!: string;
  /** The text, up to `MESSAGE_LIMIT` characters (10,000 unless the service is configured otherwise); a media message may have none. */
  @OptionalText({ limit: MESSAGE_CEILING, free: true, example: 'I am at the door.' }) message?: string | null;
  /** `agent`, `user`, `vendor` or `admin`. */
  @Text({ filled: true, example: 'agent' }) user_type!: string;
  /** Whose app it is for, as apps write it. */
  @OptionalText({ free: true, example: 'to_user' }) to_message?: string | null;
  /** Whose app it is from, as apps write it. */
  @OptionalText({ free: true, example: 'from_agent' }) from_message?: string | null;
  /** Who really sends it; with `user_type` it tells who is known again (an admin by `email`, a shop as a whole). */
  @OptionalText({ example: 141 }) user_id?: string | null;
  /** May be empty. */
  @OptionalText({ limit: TEXT_LIMIT, free: true }) email?: string | null;
  @OptionalText({ limit: TEXT_LIMIT, free: true, example: 'goutav' }) username?: string | null;
  /** `N/A` when it is left out; null stays null. */
  @OptionalText({ free: true, example: '+0000000000' }) phone_num?: string | null;
  /** The deployment's `default_image` when it is left out; null stays null. */
  @OptionalText({ limit: URL_LIMIT, free: true }) display_image?: string | null;
  /** A host name of the deployment, where nothing else names it. */
  @OptionalText({ example: '192.168.101.88' }) sub_domain?: string | null;
  @OptionalText({ free: true, example: 'agent_to_user' }) chat_type?: string | null;
  /** Whether it has a media file; null and the empty text, which some apps send with plain text, are no. */
  @Transform(blankToUndefined)
  @Flag({ required: false })
  is_media?: boolean;
  @OptionalText({ limit: URL_LIMIT, free: true }) mediaUrl?: string | null;
  @OptionalText({ limit: URL_LIMIT, free: true }) thumbnailUrl?: string | null;
  @OptionalText({ free: true, example: 'image/jpeg' }) mediaType?: string | null;
  /** The sender's own name for this send: repeated within a day with the same fields, it stores nothing again and is answered as before. */
  @SendKeyField() client_message_id?: string | null;
}

/** Who sends what; `header` is the key as `Idempotency-Key` says it. @throws ValidationFailedError where the body says another one */
export function toNewMessage(dto: SendMessageDto, header: string | undefined): SentFields {
  const key = dto.client_message_id ?? header ?? null;
  if (header !== undefined && key !== header) throw new ValidationFailedError('Idempotency-Key and client_message_id must be equal.');
  return { sender: toSender(dto), fields: toMessageFields(dto), key };
}

function toSender(dto: SendMessageDto): Joiner {
  return pick(dto, ['user_type', 'user_id', 'email', 'username', 'phone_num', 'display_image', 'sub_domain']);
}

function toMessageFields(dto: SendMessageDto): MessageFields {
  return pick(dto, ['message', 'to_message', 'from_message', 'chat_type', 'is_media', 'mediaUrl', 'thumbnailUrl', 'mediaType']);
}
