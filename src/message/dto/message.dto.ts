import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import type { View } from '../../auth/index.js';
import { ErrorDto } from '../../common/index.js';
import { RoomDto, SharedRoomFieldsDto, toWireRoom, type Message, type Room, type WireRoom } from '../../room/index.js';
import { toWireMessage, type WireMessage } from '../message.js';
import type { Sent } from '../message.service.js';

const ID = { type: String, pattern: '^[0-9a-f]{24}$' } as const;
const TEXT = { type: String, nullable: true } as const;
const DATE = { type: String, format: 'date-time' } as const;

/** A room's newest message. */
export class PreviewDto extends SharedRoomFieldsDto {
  @ApiProperty(ID) _id!: string;
  @ApiPropertyOptional(TEXT) display_image?: string | null;
  @ApiPropertyOptional(TEXT) phone_num?: string | null;
  @ApiPropertyOptional({ type: Boolean }) is_media?: boolean;
  @ApiPropertyOptional(TEXT) mediaUrl?: string | null;
  @ApiPropertyOptional(TEXT) thumbnailUrl?: string | null;
  @ApiPropertyOptional(TEXT) mediaType?: string | null;
  /** The text; media messages may have none. */
  @ApiPropertyOptional(TEXT) message?: string | null;
  /** `agent`, `user`, `vendor` or `admin`. */
  @ApiProperty({ type: String }) user_type!: string;
  @ApiPropertyOptional(TEXT) to_message?: string | null;
  @ApiPropertyOptional(TEXT) from_message?: string | null;
  @ApiPropertyOptional(TEXT) email?: string | null;
  @ApiPropertyOptional(TEXT) username?: string | null;
  @ApiPropertyOptional(TEXT) chat_type?: string | null;
  /** The real sender: whose message it is. */
  @ApiPropertyOptional(TEXT) auth_user_id?: string | null;
  /** The room's `_id`. */
  @ApiProperty(ID) room!: string;
  /** Who it is for: the shop, or, from the shop, the customer. */
  @ApiPropertyOptional(TEXT) to_id?: string | null;
  /** Who it is from: the shop, or, from anybody else, the customer of the room. */
  @ApiPropertyOptional(TEXT) from_id?: string | null;
  /** Whoever sent it; of a shop whoever started the chat. */
  @ApiPropertyOptional(TEXT) from_user_id?: string | null;
  @ApiProperty(DATE) created_date!: Date;
  @ApiProperty({ type: 'integer' }) __v!: number;
}

/** A message. */
export class MessageDto extends PreviewDto {
  /** Its place in the room: 1, 2, 3 … */
  @ApiProperty({ type: 'integer', minimum: 1 }) seq!: number;
}

/** The answer of a send. */
export class SentMessageDto {
  /** The message as stored. */
  @ApiProperty({ type: MessageDto }) chatData!: WireMessage;
  /** The room before this message. */
  @ApiProperty({ type: RoomDto }) roomData!: WireRoom;
  @ApiProperty({ enum: [true] }) new!: true;
  @ApiProperty({ enum: [true] }) status!: true;
  @ApiProperty({ enum: [200] }) statusCode!: 200;
  @ApiProperty({ enum: ['sent!'] }) message!: 'sent!';
}

/** The answer of a send that failed. */
export class SendErrorDto extends ErrorDto {
  /** Always empty. */
  @ApiProperty({ type: 'object', additionalProperties: false }) chatData!: Record<string, never>;
}

/** The answer of a send: the message, and the room as it was before. */
export function toSentMessage(view: View, { message, room }: Sent): SentMessageDto {
  return toMessageNews(view, message, { ...room, updated_date: room.updated_before ?? room.updated_date });
}

/** What is said of a message that was stored, with the room as given. */
export function toMessageNews(view: View, message: Message, room: Room): SentMessageDto {
  return { chatData: view.show(toWireMessage(message)), roomData: view.show(toWireRoom(room)), new: true, status: true, statusCode: 200, message: 'sent!' };
}
