import { Transform } from 'class-transformer';

import { Flag, isEmptyLike, OptionalText, Text } from '../../common/index.js';
import { toRoomType } from '../room-type.js';
import type { RoomFields } from '../room.js';

const NAME_LIMIT = 1_000;

/** What a caller says of a new room; all of it is stored as text, absent fields stay absent and nulls null. */
export class CreateRoomDto implements RoomFields {
  /** The room's natural key within its deployment; the same name meets the same room. */
  @Text({ limit: NAME_LIMIT, filled: true, example: 'OrderNo-52788594-orderId-10-oderVendor-7-agentId-141' })
  room_name!: string;

  /** `agent_to_user`, `vendor_to_user`, `user_to_user`, or `general` when nothing is said. */
  @OptionalText({ example: 'agent_to_user' })
  @Transform(({ value }) => toType(value))
  type?: string;

  /** Whether an issue has been raised: 0 or 1. */
  @Flag({ required: false })
  isRaiseIssue?: boolean;

  /** The order number that people see. */
  @OptionalText({ example: '52788594' }) room_id?: string | null;
  @OptionalText({ example: '9' }) order_vendor_id?: string | null;
  @OptionalText({ example: '10' }) order_id?: string | null;
  @OptionalText({ example: 'ace' }) agent_db?: string | null;
  @OptionalText({ example: '7' }) vendor_id?: string | null;
  @OptionalText({ example: '192.168.101.88' }) sub_domain?: string | null;
  /** Whoever starts the chat. */
  @OptionalText({ example: '141' }) vendor_user_id?: string | null;
  /** The customer; in a peer chat the buyer. */
  @OptionalText({ example: '1' }) order_user_id?: string | null;
  @OptionalText({ example: '141' }) agent_id?: string | null;
  @OptionalText({ example: 'ace' }) db_name?: string | null;
  @OptionalText({ example: '1' }) client_id?: string | null;
  /** The seller's vendor id. */
  @OptionalText() p2p_id?: string | null;
  @OptionalText() product_id?: string | null;
  @OptionalText({ limit: NAME_LIMIT, free: true }) vendor_name?: string | null;
  @OptionalText({ limit: NAME_LIMIT, free: true }) product_name?: string | null;
  @OptionalText({ free: true }) product_price?: string | null;
}

function toType(value: unknown): unknown {
  if (value !== null && typeof value !== 'string') return value;
  return isEmptyLike(value) ? 'general' : toRoomType(value);
}
