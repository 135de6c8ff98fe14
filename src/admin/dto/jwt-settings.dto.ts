import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayNotEmpty, ArrayUnique, IsArray, IsOptional, IsString, Length, ValidateBy, type ValidationArguments } from 'class-validator';

import { algorithmsOf, defaultAlgorithms, KEY_ALGORITHMS, SECRET_ALGORITHMS } from '../../auth/index.js';
import type { JwtSettings } from '../../tenancy/index.js';
import { PathText } from './path-text.decorator.js';
import { UrlText, withoutQuery } from './url-text.decorator.js';

const SECRET_BYTES = { least: 32, most: 1_000 };
const OPTIONAL_TEXT = { type: String, nullable: true } as const;
const PATH = { ...OPTIONAL_TEXT, maxLength: 200 } as const;

/** How tokens (JWTs) of a deployment's apps are checked and read. Said, it replaces the settings that were there: what it leaves out takes its default. */
export class JwtSettingsDto {
  /** The secret that tokens are signed with, as text of at least 32 bytes; this or `jwks_url`. It is never answered. */
  @ApiPropertyOptional({ ...OPTIONAL_TEXT, maxLength: SECRET_BYTES.most })
  @ValidateBy({ name: 'secret', validator: { validate: (_, args) => secretFault(args) === null, defaultMessage: (args) => secretFault(args) ?? '' } })
  secret?: string | null;

  /** Where the issuer publishes its public keys (JWKS): https, or http on this machine; this or `secret`. */
  @ApiPropertyOptional({ ...OPTIONAL_TEXT, maxLength: 2000, example: 'https://login.example.com/.well-known/jwks.json' })
  @IsOptional()
  @UrlText({ secured: true })
  jwks_url?: string | null;

  /** The algorithms that are accepted: of `secret` HS256 (the default), HS384 and HS512; of `jwks_url` RS, PS and ES with 256 (the default RS256 and ES256), 384 and 512, and EdDSA. */
  @ApiPropertyOptional({ isArray: true, enum: [...SECRET_ALGORITHMS, ...KEY_ALGORITHMS], nullable: true, example: ['RS256'] })
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(10)
  @ArrayUnique({ message: 'algorithms must not repeat one' })
  @ValidateBy({ name: 'algorithms', validator: { validate: areOfTheKey, defaultMessage: (args) => `each of algorithms must be one of ${algorithmsOf(sourceOf(args)).join(', ')}` } })
  algorithms?: string[] | null;

  /** What `iss` must be; null: not looked at. */
  @ApiPropertyOptional({ ...OPTIONAL_TEXT, maxLength: 2000 })
  @IsOptional()
  @IsString()
  @Length(1, 2_000)
  issuer?: string | null;

  /** What `aud` must be or hold; null: not looked at. */
  @ApiPropertyOptional({ ...OPTIONAL_TEXT, maxLength: 2000 })
  @IsOptional()
  @IsString()
  @Length(1, 2_000)
  audience?: string | null;

  /** The claim that must be the deployment's key or one of its names; null: not looked at. Needed where deployments share a secret or an issuer and have one audience. */
  @ApiPropertyOptional(PATH)
  @IsOptional()
  @PathText()
  tenant_claim?: string | null;

  /** The claim that is the person's id; `sub` unless said. Claims inside others are written `user.id`. */
  @ApiPropertyOptional(PATH)
  @IsOptional()
  @PathText()
  subject_claim?: string | null;

  /** The claim that is `agent`, `user`, `vendor` or `admin`; `role` unless said. */
  @ApiPropertyOptional(PATH)
  @IsOptional()
  @PathText()
  role_claim?: string | null;

  /** The claim that is the person's vendor ids, one or a list of up to 1,000; null: they have none, so that no room is a vendor's. */
  @ApiPropertyOptional(PATH)
  @IsOptional()
  @PathText()
  vendor_ids_claim?: string | null;
}

/** How tokens are checked, as answered. */
export class AnsweredJwtSettingsDto implements Omit<JwtSettings, 'secret'> {
  /** Whether there is a secret; what it is is never answered. */
  @ApiProperty({ type: Boolean }) has_secret!: boolean;
  /** Where the public keys are; the query is never answered: `?***` stands for it. */
  @ApiProperty(OPTIONAL_TEXT) jwks_url!: string | null;
  @ApiProperty({ type: [String], example: ['RS256'] }) algorithms!: readonly string[];
  @ApiProperty(OPTIONAL_TEXT) issuer!: string | null;
  @ApiProperty(OPTIONAL_TEXT) audience!: string | null;
  @ApiProperty(OPTIONAL_TEXT) tenant_claim!: string | null;
  @ApiProperty({ type: String }) subject_claim!: string;
  @ApiProperty({ type: String }) role_claim!: string;
  @ApiProperty(OPTIONAL_TEXT) vendor_ids_claim!: string | null;
}

/** The settings that the change stands for. */
export function toJwtSettings({ secret = null, jwks_url = null, ...rest }: JwtSettingsDto): JwtSettings {
  return {
    secret,
    jwks_url,
    algorithms: rest.algorithms ?? defaultAlgorithms({ secret }),
    issuer: rest.issuer ?? null,
    audience: rest.audience ?? null,
    tenant_claim: rest.tenant_claim ?? null,
    subject_claim: rest.subject_claim ?? 'sub',
    role_claim: rest.role_claim ?? 'role',
    vendor_ids_claim: rest.vendor_ids_claim ?? null,
  };
}

/** The settings as answered. */
export function toAnsweredJwtSettings({ secret, jwks_url: url, ...rest }: JwtSettings): AnsweredJwtSettingsDto {
  return { ...rest, jwks_url: url === null ? null : withoutQuery(url), has_secret: secret !== null };
}

function secretFault(args?: ValidationArguments): string | null {
  const { secret = null, jwks_url: url = null } = args?.object as JwtSettingsDto;
  if (secret !== null && url !== null) return 'secret and jwks_url exclude each other';
  if (secret === null) return url === null ? 'secret or jwks_url is required' : null;
  const bytes = typeof secret === 'string' ? Buffer.byteLength(secret) : 0;
  return bytes >= SECRET_BYTES.least && bytes <= SECRET_BYTES.most ? null : `secret must be a text of ${SECRET_BYTES.least} to ${SECRET_BYTES.most} bytes`;
}

function areOfTheKey(value: unknown, args?: ValidationArguments): boolean {
  const allowed: readonly unknown[] = algorithmsOf(sourceOf(args));
  return Array.isArray(value) && value.every((algorithm) => allowed.includes(algorithm));
}

function sourceOf(args?: ValidationArguments): Pick<JwtSettings, 'secret'> {
  return { secret: (args?.object as JwtSettingsDto).secret ?? null };
}
