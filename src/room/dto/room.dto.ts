import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import type { View } from '../../auth/index.js';
import { toWireRoom, type Room, type WireRoom } from '../room.js';

const ID = { type: String, pattern: '^[0-9a-f]{24}$' } as const;
const TEXT = { type: String, nullable: true } as const;
const DATE = { type: String, format: 'date-time' } as const;

/** What a room's participants and messages repeat of it. */
export class SharedRoomFieldsDto {
  @ApiPropertyOptional(TEXT) room_name?: string;
  @ApiPropertyOptional(TEXT) vendor_id?: string | null;
  @ApiPropertyOptional(TEXT) vendor_user_id?: string | null;
  @ApiPropertyOptional(TEXT) order_user_id?: string | null;
  @ApiPropertyOptional(TEXT) order_vendor_id?: string | null;
}

/** A room. Fields that were never sent are absent; a sent null stays null. */
export class RoomDto {
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
}

/** The answer of a createRoom. */
export class CreatedRoomDto {
  /** The room: the new one, or the one that has the name already. */
  @ApiProperty({ type: RoomDto }) roomData!: WireRoom;
  /** `false` for a new room, `true` for one that was there. */
  @ApiProperty({ type: Boolean }) status!: boolean;
  @ApiProperty({ enum: [200] }) statusCode!: 200;
  @ApiProperty({ enum: ['created sucessfully!', 'already exist!'] }) message!: string;
}

/** The answer of a createRoom; `status` and the spelling are what old callers know. */
export function toCreatedRoom(view: View, { room, isNew }: { room: Room; isNew: boolean }): CreatedRoomDto {
  return { roomData: view.show(toWireRoom(room)), status: !isNew, statusCode: 200, message: isNew ? 'created sucessfully!' : 'already exist!' };
}

/** The answer of a change that says nothing but that it was made. */
export class DoneDto {
  @ApiProperty({ enum: [true] }) status!: true;
}
