import { ApiProperty } from '@nestjs/swagger';

import { PreviewDto } from '../../message/index.js';
import { ParticipantDto } from '../../participant/index.js';
import { RoomDto } from '../../room/index.js';

/** A room with everybody in it and its newest message. */
export class RoomCardDto extends RoomDto {
  /** Everybody in the room, in order of joining. */
  @ApiProperty({ type: [ParticipantDto] }) user_Data!: ParticipantDto[];
  /** The newest message: none or one. */
  @ApiProperty({ type: [PreviewDto], maxItems: 1 }) chat_Data!: PreviewDto[];
}
