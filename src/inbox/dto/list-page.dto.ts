import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, type TransformFnParams } from 'class-transformer';
import { IsDate, IsInt, IsString, Max, MaxLength, Min, ValidateIf } from 'class-validator';

import { blankToUndefined, toMoment } from '../../common/index.js';

const MOST_ROOMS = 500;
const LIMIT_MESSAGE = `limit must be a whole number from 1 to ${MOST_ROOMS}`;

const toLimit = (params: TransformFnParams): unknown => {
  const value = blankToUndefined(params);
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
};
const toDate = (params: TransformFnParams): unknown => {
  const value = blankToUndefined(params);
  return typeof value === 'string' ? (toMoment(value) ?? value) : value;
};
const isGiven = (_: object, value: unknown): boolean => value !== undefined;

/** The part of a list that is asked for; without any of these fields all rooms are answered. */
export class ListPageDto {
  /** Most rooms in the answer, 1 to 500; the answer then carries `next_cursor` and `as_of`. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MOST_ROOMS, example: 20 })
  @Transform(toLimit)
  @ValidateIf(isGiven)
  @IsInt({ message: LIMIT_MESSAGE })
  @Min(1, { message: LIMIT_MESSAGE })
  @Max(MOST_ROOMS, { message: LIMIT_MESSAGE })
  limit?: number;

  /** `next_cursor` of the page before; needs `limit`. */
  @ApiPropertyOptional({ type: 'string', maxLength: 200 })
  @Transform(blankToUndefined)
  @ValidateIf(isGiven)
  @IsString({ message: 'cursor must be a text' })
  @MaxLength(200, { message: 'cursor must not be longer than 200 characters' })
  cursor?: string;

  /** Only rooms with this `updated_date` or a later one, an ISO 8601 date; the answer then carries `next_cursor` and `as_of`. */
  @ApiPropertyOptional({ type: 'string', format: 'date-time', example: '2023-03-24T09:00:00.000Z' })
  @Transform(toDate)
  @ValidateIf(isGiven)
  @IsDate({ message: 'updated_since must be an ISO 8601 date such as 2023-03-24T09:00:00.000Z' })
  updated_since?: Date;
}
