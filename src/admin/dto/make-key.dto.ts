import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength, ValidateBy } from 'class-validator';

import { RefuseUnknownFields, toMoment } from '../../common/index.js';
import type { KeyRole } from '../../tenancy/index.js';
import type { KeyFields } from '../key-admin.service.js';

const ROLES: KeyRole[] = ['service', 'reader'];
const LONGEST_NOTE = 200;
// It is printed on terminals.
const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u;

/** An API key that is to be made. */
@RefuseUnknownFields()
export class MakeKeyDto {
  /** `service` may do everything of its tenant, `reader` may read its lists and histories. */
  @ApiProperty({ enum: ROLES })
  @IsIn(ROLES, { message: 'role must be service or reader' })
  role!: KeyRole;

  /** When it ends, an ISO 8601 date in the future; absent: never. */
  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true })
  @IsOptional()
  @ValidateBy({ name: 'future', validator: { validate: isInFuture, defaultMessage: () => 'expires must be an ISO 8601 date in the future, such as 2030-12-31T23:59:59Z' } })
  expires?: string | null;

  /** What it is for, in the operator's words. */
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: LONGEST_NOTE, example: 'order backend, 2026' })
  @IsOptional()
  @IsString({ message: 'note must be a text' })
  @MaxLength(LONGEST_NOTE, { message: `note must not be longer than ${LONGEST_NOTE} characters` })
  @Matches(PRINTABLE, { message: 'note must be a line of text without control characters' })
  note?: string | null;
}

export function toKeyFields({ role, expires, note }: MakeKeyDto): KeyFields {
  return { role, expires: toMoment(expires ?? ''), note: note || null };
}

function isInFuture(value: unknown): boolean {
  const moment = typeof value === 'string' ? toMoment(value) : null;
  return moment !== null && moment.getTime() > Date.now();
}
