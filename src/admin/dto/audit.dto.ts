import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, type TransformFnParams } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';

import { AUDIT_ACTIONS, type Actor, type AuditAction, type AuditQuery, type AuditRecord } from '../../audit/index.js';
import { MATCH_TEXT_LIMIT, pick, RefuseUnknownFields } from '../../common/index.js';
import { toId } from '../../mongo/index.js';

const MOST_RECORDS = 500;
const USUAL_RECORDS = 100;
const LIMIT_MESSAGE = `limit must be a whole number from 1 to ${MOST_RECORDS}`;
const ID = '^[0-9a-fA-F]{24}$';

const toInteger = ({ value }: TransformFnParams): unknown => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value);

/** Which records are asked for. */
@RefuseUnknownFields()
export class FindAuditDto {
  /** Key of a tenant, also of one that is no more; absent: all records. */
  @ApiPropertyOptional({ type: String, maxLength: MATCH_TEXT_LIMIT })
  @IsOptional()
  @IsString({ message: 'tenant must be the key of a tenant' })
  @MaxLength(MATCH_TEXT_LIMIT)
  tenant?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MOST_RECORDS, default: USUAL_RECORDS })
  @Transform(toInteger)
  @IsOptional()
  @IsInt({ message: LIMIT_MESSAGE })
  @Min(1, { message: LIMIT_MESSAGE })
  @Max(MOST_RECORDS, { message: LIMIT_MESSAGE })
  limit?: number;

  /** `_id` of a record: only those before it. */
  @ApiPropertyOptional({ type: String, pattern: ID })
  @IsOptional()
  @Matches(new RegExp(ID), { message: 'before must be an id of 24 hexadecimal digits' })
  before?: string;
}

class ActorDto implements Actor {
  @ApiProperty({ enum: ['admin API', 'command line', 'service'] as Actor['by'][] }) by!: Actor['by'];
  /** The caller's address, or the user of the operating system. */
  @ApiProperty({ type: String, nullable: true, example: '10.0.0.7' }) from!: string | null;
}

/** Something that was done to a tenant or key, or calls that were refused. */
export class AuditRecordDto {
  @ApiProperty({ type: String, pattern: ID }) _id!: string;
  @ApiProperty({ type: String, format: 'date-time' }) at!: Date;
  @ApiProperty({ type: ActorDto }) actor!: Actor;
  @ApiProperty({ enum: [...AUDIT_ACTIONS] }) action!: AuditAction;
  /** Key of the tenant; null: none was found. */
  @ApiProperty({ type: String, nullable: true, example: 'ace' }) tenant!: string | null;
  /** Id of the API key. */
  @ApiProperty({ type: String, nullable: true }) key!: string | null;
  /** Names of what changed, or reason, minute and number of refused calls; never the value of a secret. */
  @ApiProperty({ type: 'object', additionalProperties: true, example: { fields: ['names', 'settings.jwt'] } }) details!: Readonly<Record<string, unknown>>;
}

export function toAuditQuery({ tenant, limit, before }: FindAuditDto): AuditQuery {
  return { tenant: tenant ?? null, limit: limit ?? USUAL_RECORDS, before: toId(before ?? '') };
}

export function toAuditRecordDto(record: AuditRecord): AuditRecordDto {
  return { _id: record._id.toHexString(), ...pick(record, ['at', 'actor', 'action', 'tenant', 'key', 'details']) };
}
