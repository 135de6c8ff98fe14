import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, type TransformFnParams } from 'class-transformer';
import { IsInt, Matches, Max, Min, ValidateIf } from 'class-validator';

import { blankToUndefined } from '../../common/index.js';

const MOST_MESSAGES = 1_000;
const LIMIT_MESSAGE = `limit must be a whole number from 1 to ${MOST_MESSAGES}`;
const SEQ_MESSAGE = 'after_seq must be a whole number from 0';
const isGiven = (_: object, value: unknown): boolean => value !== undefined;
const toInteger = (params: TransformFnParams): unknown => {
  const value = blankToUndefined(params);
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
};

/** Which of a room's messages are asked for; without any of these fields all of them. */
export class HistoryDto {
  /** Most messages in the answer: the newest ones, or the first after `after_seq`. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MOST_MESSAGES })
  @Transform(toInteger)
  @ValidateIf(isGiven)
  @IsInt({ message: LIMIT_MESSAGE })
  @Min(1, { message: LIMIT_MESSAGE })
  @Max(MOST_MESSAGES, { message: LIMIT_MESSAGE })
  limit?: number;

  /** `_id` of a message: only those before it, the newest of them. */
  @ApiPropertyOptional({ type: String, pattern: '^[0-9a-fA-F]{24}$' })
  @Transform(blankToUndefined)
  @ValidateIf(isGiven)
  @Matches(/^[0-9a-f]{24}$/i, { message: 'before must be an id of 24 hexadecimal digits' })
  before?: string;

  /** `seq` of a message: only those after it, the oldest of them. Not together with `before`. */
  @ApiPropertyOptional({ type: 'integer', minimum: 0 })
  @Transform(toInteger)
  @ValidateIf(isGiven)
  @IsInt({ message: SEQ_MESSAGE })
  @Min(0, { message: SEQ_MESSAGE })
  after_seq?: number;
}
