import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { ErrorDto } from '../../common/index.js';
import { RoomDto, type WireRoom } from '../../room/index.js';
import type { RoomCard } from '../room-card.js';
import { RoomCardDto } from './room-card.dto.js';

/** What every list answers beside its rooms. */
class ListDto {
  @ApiProperty({ enum: [true] })
  status!: true;

  @ApiProperty({ enum: [200] })
  statusCode!: 200;

  /** `cursor` of the next page, null at the end; only with `limit` or `updated_since`. */
  @ApiPropertyOptional({ type: String, nullable: true })
  next_cursor?: string | null;

  /** `updated_since` with the first page's `as_of` answers whatever moved while pages were read; it reaches back two minutes, so that nothing that is committed late is missed. */
  @ApiPropertyOptional({ type: String, format: 'date-time' })
  as_of?: string;
}

/** The answer of a list of rooms with everybody in them and their newest message. */
export class RoomListDto extends ListDto {
  /** The rooms, newest `updated_date` first; `[]` when there are none. */
  @ApiProperty({ type: [RoomCardDto] })
  roomData!: RoomCard[];
}

/** The answer of a list of rooms alone. */
export class RoomOnlyListDto extends ListDto {
  /** The rooms, newest `updated_date` first; `[]` when there are none. */
  @ApiProperty({ type: [RoomDto] })
  roomData!: WireRoom[];
}

/** The answer of a list that failed. */
export class RoomListErrorDto extends ErrorDto {
  /** Always empty. */
  @ApiProperty({ type: 'array', items: { type: 'object' }, maxItems: 0 })
  roomData!: never[];
}
