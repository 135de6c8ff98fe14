import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';

import { OptionalText, Text } from '../../common/index.js';
import { toRoomType } from '../../room/index.js';
import { ListPageDto } from './list-page.dto.js';

const TEXT_OR_NUMBER = { oneOf: [{ type: 'string', maxLength: 200 }, { type: 'integer' }] };

/** Whose rooms are asked for: an agent of a deployment, by room type. */
export class FetchRoomByUserAgentDto extends ListPageDto {
  /** The agent (driver), as text or number. */
  @ApiProperty({ ...TEXT_OR_NUMBER, example: '133' })
  @Text()
  agent_id!: string | null;

  /** The dispatcher's database name: chooses the deployment, and the rooms. May be left out where the deployment has one name only. */
  @ApiPropertyOptional({ ...TEXT_OR_NUMBER, example: 'salesdemo' })
  @OptionalText()
  agent_db?: string | null;

  /** The room type: `agent_to_user` or `agent-to-user`. */
  @ApiProperty({ type: 'string', maxLength: 200, example: 'agent-to-user' })
  @Text()
  @Transform(({ value }) => (typeof value === 'string' ? toRoomType(value) : (value as unknown)))
  type!: string | null;

  /** The order panel's database name: chooses the deployment; without effect on the rooms. */
  @ApiPropertyOptional({ ...TEXT_OR_NUMBER, example: 'salesdemo' })
  @OptionalText()
  db_name?: string | null;

  /** A host name of the deployment, where nothing else names it; without effect on the rooms. */
  @ApiPropertyOptional({ ...TEXT_OR_NUMBER, example: '192.168.101.88' })
  @OptionalText()
  sub_domain?: string | null;

  /** Without effect. */
  @ApiPropertyOptional({ ...TEXT_OR_NUMBER, example: 5 })
  @OptionalText()
  client_id?: string | null;

  /** Without effect. */
  @ApiPropertyOptional(TEXT_OR_NUMBER)
  @OptionalText()
  order_user_id?: string | null;
}
