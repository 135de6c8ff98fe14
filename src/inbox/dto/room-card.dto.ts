import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

const ID = { type: String, pattern: '^[0-9a-f]{24}$' } as const;
const TEXT = { type: String, nullable: true } as const;
const DATE = { type: String, format: 'date-time' } as const;

/** What a room's participants and messages repeat of it. */
class SharedRoomFieldsDto {
  @ApiPropertyOptional(TEXT) room_name?: string;
  @ApiPropertyOptional(TEXT) vendor_id?: string | null;
  @ApiPropertyOptional(TEXT) vendor_user_id?: string | null;
  @ApiPropertyOptional(TEXT) order_user_id?: string | null;
  @ApiPropertyOptional(TEXT) order_vendor_id?: string | null;
}

/** Somebody in a room. */
export class ParticipantDto extends SharedRoomFieldsDto {
  @ApiProperty(ID) _id!: string;
  @ApiProperty({ type: Boolean }) status!: boolean;
  /** The room's `_id`. */
  @ApiProperty(ID) room_id!: string;
  /** `agent`, `user`, `vendor` or `admin`. */
  @ApiProperty({ type: String }) user_type!: string;
  @ApiPropertyOptional(TEXT) user_id?: string | null;
  @ApiPropertyOptional(TEXT) email?: string | null;
  @ApiPropertyOptional(TEXT) username?: string | null;
  @ApiPropertyOptional(TEXT) phone_num?: string | null;
  @ApiPropertyOptional(TEXT) display_image?: string | null;
  @ApiPropertyOptional(TEXT) sub_domain?: string | null;
  /** Who is really behind it. */
  @ApiPropertyOptional(TEXT) auth_user_id?: string | null;
  @ApiProperty(DATE) created_date!: Date;
  @ApiProperty(DATE) updated_date!: Date;
  @ApiProperty({ type: 'integer' }) __v!: number;
}

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
  @ApiPropertyOptional(TEXT) to_id?: string | null;
  @ApiPropertyOptional(TEXT) from_id?: string | null;
  @ApiPropertyOptional(TEXT) from_user_id?: string | null;
  @ApiProperty(DATE) created_date!: Date;
  @ApiProperty({ type: 'integer' }) __v!: number;
}

/** A room with everybody in it and its newest message. Fields that were never sent are absent; a sent null stays null. */
export class RoomCardDto {
  @ApiProperty(ID) _id!: string;
  @ApiProperty({ type: Boolean }) status!: boolean;
  /** `agent_to_user`, `vendor_to_user`, `user_to_user` or `general`. */
  @ApiProperty({ type: String }) type!: string;
  @ApiPropertyOptional({ type: Boolean }) isRaiseIssue?: boolean;
  /** The order number that people see. */
  @ApiPropertyOptional(TEXT) room_id?: string | null;
  /** The room's natural key within its deployment. */
  @ApiProperty({ type: String }) room_name!: string;
  @ApiPropertyOptional(TEXT) order_vendor_id?: string | null;
  @ApiPropertyOptional(TEXT) order_id?: string | null;
  @ApiPropertyOptional(TEXT) agent_db?: string | null;
  @ApiPropertyOptional(TEXT) vendor_id?: string | null;
  @ApiPropertyOptional(TEXT) sub_domain?: string | null;
  /** Whoever started the chat. */
  @ApiPropertyOptional(TEXT) vendor_user_id?: string | null;
  /** The customer; in a peer chat the buyer. */
  @ApiPropertyOptional(TEXT) order_user_id?: string | null;
  @ApiPropertyOptional(TEXT) agent_id?: string | null;
  @ApiPropertyOptional(TEXT) db_name?: string | null;
  @ApiPropertyOptional(TEXT) client_id?: string | null;
  @ApiPropertyOptional(TEXT) p2p_id?: string | null;
  @ApiPropertyOptional(TEXT) product_id?: string | null;
  @ApiPropertyOptional(TEXT) vendor_name?: string | null;
  @ApiPropertyOptional(TEXT) product_name?: string | null;
  @ApiPropertyOptional(TEXT) product_price?: string | null;
  @ApiProperty(DATE) created_date!: Date;
  @ApiProperty(DATE) updated_date!: Date;
  @ApiProperty({ type: 'integer' }) __v!: number;
  /** Everybody in the room, in order of joining. */
  @ApiProperty({ type: [ParticipantDto] }) user_Data!: ParticipantDto[];
  /** The newest message: none or one. */
  @ApiProperty({ type: [PreviewDto], maxItems: 1 }) chat_Data!: PreviewDto[];
}
