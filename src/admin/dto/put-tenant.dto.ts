import { ApiExtraModels, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { plainToInstance, Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  ValidateBy,
  ValidateNested,
} from 'class-validator';

import { isCidr, NOT_PLAIN, PLAIN_TEXT, RefuseUnknownFields } from '../../common/index.js';
import type { Admission, TenantAuth } from '../../tenancy/index.js';
import { TenantLimitsDto } from './tenant-limits.dto.js';
import { TenantSettingsDto } from './tenant-settings.dto.js';

const ADMISSIONS: Admission[] = ['open', 'required'];
const NAME = /^[^\s\p{Cc}\p{Cf}\p{Cs}]+$/u;
const SUB_DOMAIN = /^(?!.*\.\.)(?=.*[a-z-])(?!localhost$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
const ADMISSION_MESSAGE = 'auth must be open, required, or an object of both: {"http": …, "sockets": …}';

class TenantAuthDto implements Partial<TenantAuth> {
  @ApiPropertyOptional({ enum: ADMISSIONS })
  @IsOptional()
  @IsIn(ADMISSIONS, { message: ADMISSION_MESSAGE })
  http?: Admission;

  @ApiPropertyOptional({ enum: ADMISSIONS })
  @IsOptional()
  @IsIn(ADMISSIONS, { message: ADMISSION_MESSAGE })
  sockets?: Admission;
}

// One word stands for both.
function toAuth(value: unknown): unknown {
  const both = typeof value === 'string' ? { http: value, sockets: value } : value;
  return typeof both === 'object' && both !== null && !Array.isArray(both) ? plainToInstance(TenantAuthDto, both) : both;
}

/** A change of a tenant: an absent field stays as it is, null resets it to its default, an unknown one is refused. */
@ApiExtraModels(TenantAuthDto)
@RefuseUnknownFields()
export class PutTenantDto {
  /** Its database names as callers say them; exact. */
  @ApiPropertyOptional({ type: [String], nullable: true, example: ['ace'] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @ArrayUnique({ message: 'names must not repeat a name' })
  @Matches(NAME, { each: true, message: 'each of names must be a text without spaces and control characters' })
  @MaxLength(200, { each: true })
  names?: string[] | null;

  /** Its host names: lower case, no port, no addresses. */
  @ApiPropertyOptional({ type: [String], nullable: true, example: ['chat.ace.example'] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @ArrayUnique({ message: 'sub_domains must not repeat a host' })
  @Matches(SUB_DOMAIN, { each: true, message: 'each of sub_domains must be a host name in lower case, no port, no address, not localhost' })
  @MaxLength(200, { each: true })
  sub_domains?: string[] | null;

  /** `open` admits calls without a credential, `required` (the default) does not; one for both or apart. */
  @ApiPropertyOptional({ nullable: true, oneOf: [{ type: 'string', enum: ADMISSIONS }, { $ref: getSchemaPath(TenantAuthDto) }] })
  @IsOptional()
  @Transform(({ value }) => toAuth(value))
  @IsObject({ message: ADMISSION_MESSAGE })
  @ValidateNested({ message: ADMISSION_MESSAGE })
  auth?: TenantAuthDto | null;

  /** CIDRs whose callers need no credential. */
  @ApiPropertyOptional({ type: [String], nullable: true, example: ['10.0.0.0/8'] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @ValidateBy(
    {
      name: 'cidr',
      validator: { validate: (value) => typeof value === 'string' && isCidr(value), defaultMessage: () => 'each of open_from must be an address or a network such as 10.0.0.0/8' },
    },
    { each: true },
  )
  open_from?: string[] | null;

  @ApiPropertyOptional({ enum: ['active', 'suspended'], nullable: true })
  @IsOptional()
  @IsIn(['active', 'suspended'], { message: 'status must be active or suspended' })
  status?: 'active' | 'suspended' | null;

  /** Name of the cluster that holds its database; cannot change once it has data. */
  @ApiPropertyOptional({ type: String, nullable: true, example: 'default' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  @Matches(PLAIN_TEXT, { message: `cluster ${NOT_PLAIN}` })
  cluster?: string | null;

  /** Whether its data is only touched as a user of MongoDB that may touch nothing else; cannot change once it has data. */
  @ApiPropertyOptional({ type: Boolean, nullable: true })
  @IsOptional()
  @IsBoolean({ message: 'database_user must be true or false' })
  database_user?: boolean | null;

  @ApiPropertyOptional({ type: TenantLimitsDto, nullable: true })
  @IsOptional()
  @IsObject({ message: 'limits must be an object' })
  @ValidateNested()
  @Type(() => TenantLimitsDto)
  limits?: TenantLimitsDto | null;

  @ApiPropertyOptional({ type: TenantSettingsDto, nullable: true })
  @IsOptional()
  @IsObject({ message: 'settings must be an object' })
  @ValidateNested()
  @Type(() => TenantSettingsDto)
  settings?: TenantSettingsDto | null;
}
