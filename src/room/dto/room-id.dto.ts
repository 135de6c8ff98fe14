import { IdText } from '../../common/index.js';
import { toId, type Id } from '../../mongo/index.js';

/** The room that a path names. */
export class RoomIdDto {
  /** The room's `_id`. */
  @IdText({ example: '641d731dee3408c461095a2b' })
  id!: string;
}

/** The room that a path of the chat names. */
export class ChatRoomDto {
  /** The room's `_id`. */
  @IdText({ example: '641d731dee3408c461095a2b' })
  roomId!: string;
}

/** The id that a checked text writes. */
export function toCheckedId(text: string): Id {
  return toId(text) as Id;
}
