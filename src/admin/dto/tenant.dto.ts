import { ApiProperty } from '@nestjs/swagger';

import type { Admission, Tenant, TenantAuth, TenantSettings } from '../../tenancy/index.js';

const ADMISSION = { enum: ['open', 'required'] as Admission[] };

class AuthDto implements TenantAuth {
  @ApiProperty(ADMISSION) http!: Admission;
  @ApiProperty(ADMISSION) sockets!: Admission;
}

class SettingsDto implements TenantSettings {
  /** Image of participants whose app sends none. */
  @ApiProperty({ type: String, nullable: true }) default_image!: string | null;
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
  @ApiProperty({ type: SettingsDto }) settings!: TenantSettings;
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

/** The tenant as answered. */
export function toTenantDto({ key, index_versions: _, ...fields }: Tenant): TenantDto {
  return { key, ...fields };
}

/** What was removed, as answered. */
export function toRemovedTenantDto({ tenant, dropped }: { tenant: Tenant; dropped: boolean }): RemovedTenantDto {
  return { key: tenant.key, database: tenant.database, dropped };
}
