import { ApiProperty } from '@nestjs/swagger';

import { pick } from '../../common/index.js';
import type { Admission, EraseMessages, Masking, Tenant, TenantAuth, TenantLimits, TenantSettings } from '../../tenancy/index.js';
import { AnsweredJwtSettingsDto, toAnsweredJwtSettings } from './jwt-settings.dto.js';
import { AnsweredLookupSettingsDto, toAnsweredLookupSettings } from './lookup-settings.dto.js';
import { LimitsDto } from './tenant-limits.dto.js';

const ADMISSION = { enum: ['open', 'required'] as Admission[] };

class AuthDto implements TenantAuth {
  @ApiProperty(ADMISSION) http!: Admission;
  @ApiProperty(ADMISSION) sockets!: Admission;
}

class SettingsDto implements Omit<TenantSettings, 'jwt'> {
  /** Image of messages whose sender's app sends none. */
  @ApiProperty({ type: String, nullable: true }) default_image!: string | null;
  /** Whether stored text is answered with what HTML would read as markup escaped. */
  @ApiProperty({ type: Boolean }) escape_html!: boolean;
  /** By the viewer's role, then the `user_type` of the person seen, what is masked; null: nothing. */
  @ApiProperty({ type: 'object', nullable: true, additionalProperties: { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } } })
  masking!: Masking | null;
  /** Messages are removed when they are so many days old; null: never. */
  @ApiProperty({ type: 'integer', nullable: true }) retention_days!: number | null;
  /** What becomes of the text of messages whose sender is erased. */
  @ApiProperty({ enum: ['keep', 'blank'] as EraseMessages[] }) erase_messages!: EraseMessages;
  /** How tokens (JWTs) of its apps are checked; null: they are refused. */
  @ApiProperty({ type: AnsweredJwtSettingsDto, nullable: true }) jwt!: AnsweredJwtSettingsDto | null;
  /** Where other tokens of its apps are looked up; null: they are refused. */
  @ApiProperty({ type: AnsweredLookupSettingsDto, nullable: true }) lookup!: AnsweredLookupSettingsDto | null;
}

/** A tenant as the admin API and the command line answer it. */
export class TenantDto {
  @ApiProperty({ type: String, example: 'ace' }) key!: string;
  @ApiProperty({ type: [String], example: ['ace'] }) names!: readonly string[];
  @ApiProperty({ type: [String], example: [] }) sub_domains!: readonly string[];
  @ApiProperty({ type: AuthDto }) auth!: TenantAuth;
  @ApiProperty({ type: [String], example: ['127.0.0.0/8'] }) open_from!: readonly string[];
  @ApiProperty({ enum: ['active', 'suspended'] }) status!: Tenant['status'];
  @ApiProperty({ type: String, example: 'default' }) cluster!: string;
  /** Its database on that cluster, made by the service. */
  @ApiProperty({ type: String }) database!: string;
  /** Whether its data is only touched as a user of MongoDB that may touch nothing else. */
  @ApiProperty({ type: Boolean }) database_user!: boolean;
  @ApiProperty({ type: LimitsDto }) limits!: TenantLimits;
  @ApiProperty({ type: SettingsDto }) settings!: SettingsDto;
  @ApiProperty({ type: String, format: 'date-time' }) created_date!: Date;
  @ApiProperty({ type: String, format: 'date-time' }) updated_date!: Date;
}

/** What was removed. */
export class RemovedTenantDto {
  @ApiProperty({ type: String }) key!: string;
  /** The database that it had. */
  @ApiProperty({ type: String }) database!: string;
  /** Whether the database was dropped too. */
  @ApiProperty({ type: Boolean }) dropped!: boolean;
}

const ANSWERED = ['key', 'names', 'sub_domains', 'auth', 'open_from', 'status', 'cluster', 'database', 'database_user', 'limits', 'created_date', 'updated_date'] as const;

/** The tenant as answered: without secrets, and without what is of this service only. */
export function toTenantDto(tenant: Tenant): TenantDto {
  return { ...pick(tenant, ANSWERED), settings: toSettingsDto(tenant.settings) };
}

/** What was removed, as answered. */
export function toRemovedTenantDto({ tenant, dropped }: { tenant: Tenant; dropped: boolean }): RemovedTenantDto {
  return { key: tenant.key, database: tenant.database, dropped };
}

function toSettingsDto(settings: TenantSettings): SettingsDto {
  const { jwt, lookup } = settings;
  return {
    ...pick(settings, ['default_image', 'escape_html', 'masking', 'retention_days', 'erase_messages']),
    jwt: jwt && toAnsweredJwtSettings(jwt),
    lookup: lookup && toAnsweredLookupSettings(lookup),
  };
}
