import { ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsObject, IsOptional, IsString, Matches, Max, MaxLength, Min, ValidateBy, ValidateNested } from 'class-validator';

import { PERSON_ROLES } from '../../auth/index.js';
import { NOT_PLAIN, PLAIN_TEXT } from '../../common/index.js';
import type { EraseMessages, Masking } from '../../tenancy/index.js';
import { JwtSettingsDto } from './jwt-settings.dto.js';
import { LookupSettingsDto } from './lookup-settings.dto.js';

const VIEWERS: readonly string[] = [...PERSON_ROLES, 'service', 'reader', 'anonymous'];
const MASKED: readonly unknown[] = ['phone_num', 'email'];
const MOST_KINDS = 20;
const MOST_DAYS = 10_000;
const DAYS_MESSAGE = `retention_days must be a whole number from 1 to ${MOST_DAYS}, or null`;
const ERASE_MESSAGES: EraseMessages[] = ['keep', 'blank'];
const MASKING_MESSAGE = `masking must say by viewer (${VIEWERS.join(', ')}), then by user_type (or *), which of phone_num and email are masked: {"agent": {"user": ["phone_num"]}}`;

const MASKING_SCHEMA: ApiPropertyOptions = {
  type: 'object',
  nullable: true,
  additionalProperties: { type: 'object', additionalProperties: { type: 'array', items: { type: 'string', enum: ['phone_num', 'email'] } } },
  example: { agent: { user: ['phone_num', 'email'] } },
};

/** What a deployment's rooms look like and who may see what of them; an absent field stays, null resets. */
export class TenantSettingsDto {
  /** Image of messages whose sender's app sends none. */
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 2000 })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  @Matches(PLAIN_TEXT, { message: `default_image ${NOT_PLAIN}` })
  default_image?: string | null;

  /** Answers stored text with what HTML would read as markup escaped, for old pages that print it as HTML. */
  @ApiPropertyOptional({ type: Boolean, nullable: true })
  @IsOptional()
  @IsBoolean({ message: 'escape_html must be true or false' })
  escape_html?: boolean | null;

  /** By the viewer's role, then the `user_type` of the person seen (`*`: everybody), which of `phone_num` and `email` are masked. Who has no credential sees none of what is masked for anybody. */
  @ApiPropertyOptional(MASKING_SCHEMA)
  @IsOptional()
  @ValidateBy({ name: 'masking', validator: { validate: isMasking, defaultMessage: () => MASKING_MESSAGE } })
  masking?: Masking | null;

  /** Messages are removed, for ever, when they are so many days old. */
  @ApiPropertyOptional({ type: 'integer', nullable: true, minimum: 1, maximum: MOST_DAYS })
  @IsOptional()
  @IsInt({ message: DAYS_MESSAGE })
  @Min(1, { message: DAYS_MESSAGE })
  @Max(MOST_DAYS, { message: DAYS_MESSAGE })
  retention_days?: number | null;

  /** What becomes of the text of messages whose sender is erased (`tenant erase-user`): `keep`, the default, or `blank`. */
  @ApiPropertyOptional({ enum: ERASE_MESSAGES, nullable: true, default: 'keep' })
  @IsOptional()
  @IsIn(ERASE_MESSAGES, { message: 'erase_messages must be keep or blank' })
  erase_messages?: EraseMessages | null;

  /** How tokens (JWTs) of its apps are checked; replaced as a whole. */
  @ApiPropertyOptional({ type: JwtSettingsDto, nullable: true })
  @IsOptional()
  @IsObject({ message: 'jwt must be an object' })
  @ValidateNested()
  @Type(() => JwtSettingsDto)
  jwt?: JwtSettingsDto | null;

  /** Where other tokens of its apps are looked up; replaced as a whole. */
  @ApiPropertyOptional({ type: LookupSettingsDto, nullable: true })
  @IsOptional()
  @IsObject({ message: 'lookup must be an object' })
  @ValidateNested()
  @Type(() => LookupSettingsDto)
  lookup?: LookupSettingsDto | null;
}

function isMasking(value: unknown): boolean {
  return isTable(value) && Object.entries(value).every(([viewer, rule]) => VIEWERS.includes(viewer) && isRule(rule));
}

function isRule(rule: unknown): boolean {
  return isTable(rule) && Object.keys(rule).length <= MOST_KINDS && Object.entries(rule).every(([kind, fields]) => /^([a-z_]{1,40}|\*)$/.test(kind) && isMask(fields));
}

function isMask(fields: unknown): boolean {
  return Array.isArray(fields) && fields.length <= MASKED.length && fields.every((field) => MASKED.includes(field));
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
