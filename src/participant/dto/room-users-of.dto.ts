import { IdText } from '../../common/index.js';

/** The room whose participants are asked for. */
export class RoomUsersOfDto {
  /** The room's `_id`. */
  @IdText({ example: '641d731dee3408c461095a2b' }) roomId!: string;
}
