import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

import type { LookupSettings } from '../../tenancy/index.js';
import { PathText } from './path-text.decorator.js';
import { UrlText, withoutQuery } from './url-text.decorator.js';

const TIMEOUT_MS = { least: 100, most: 5_000, usual: 2_000 };
const CACHE_SECONDS = { most: 300, usual: 60 };
const PATH = { type: String, maxLength: 200, example: 'data.user.id' } as const;

/** Where a deployment's own opaque tokens are looked up. Said, it replaces the settings that were there: what it leaves out takes its default. */
export class LookupSettingsDto {
  /** What is asked: `GET` with the token in `Authorization`, as apps send it but without `Bearer`. 200 with JSON says who it is, everything else refuses. */
  @ApiProperty({ type: String, maxLength: 2000, example: 'https://api.acme.example/me' })
  @UrlText()
  url!: string;

  /** How long an answer may take, in milliseconds. */
  @ApiPropertyOptional({ type: 'integer', nullable: true, minimum: TIMEOUT_MS.least, maximum: TIMEOUT_MS.most, default: TIMEOUT_MS.usual })
  @IsOptional()
  @IsInt()
  @Min(TIMEOUT_MS.least)
  @Max(TIMEOUT_MS.most)
  timeout_ms?: number | null;

  /** How long an answer is good, in seconds; 0: for those only who ask meanwhile. */
  @ApiPropertyOptional({ type: 'integer', nullable: true, minimum: 0, maximum: CACHE_SECONDS.most, default: CACHE_SECONDS.usual })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(CACHE_SECONDS.most)
  cache_seconds?: number | null;

  /** Where in the answer the person's id stands. */
  @ApiProperty(PATH)
  @PathText()
  subject_path!: string;

  /** Where in the answer `agent`, `user`, `vendor` or `admin` stands. */
  @ApiProperty({ ...PATH, example: 'data.user.role' })
  @PathText()
  role_path!: string;

  /** Where in the answer the person's vendor ids stand, one or a list of up to 1,000; null: they have none, so that no room is a vendor's. */
  @ApiPropertyOptional({ ...PATH, nullable: true, example: 'data.user.vendor_ids' })
  @IsOptional()
  @PathText()
  vendor_ids_path?: string | null;
}

/** Where tokens are looked up, as answered. */
export class AnsweredLookupSettingsDto implements LookupSettings {
  /** What is asked; its query, which may be a secret, is never answered: `?***` stands for it. */
  @ApiProperty({ type: String, example: 'https://api.acme.example/me?***' }) url!: string;
  @ApiProperty({ type: 'integer' }) timeout_ms!: number;
  @ApiProperty({ type: 'integer' }) cache_seconds!: number;
  @ApiProperty({ type: String }) subject_path!: string;
  @ApiProperty({ type: String }) role_path!: string;
  @ApiProperty({ type: String, nullable: true }) vendor_ids_path!: string | null;
}

/** The settings that the change stands for. */
export function toLookupSettings({ url, subject_path, role_path, ...rest }: LookupSettingsDto): LookupSettings {
  return {
    url,
    timeout_ms: rest.timeout_ms ?? TIMEOUT_MS.usual,
    cache_seconds: rest.cache_seconds ?? CACHE_SECONDS.usual,
    subject_path,
    role_path,
    vendor_ids_path: rest.vendor_ids_path ?? null,
  };
}

/** The settings as answered. */
export function toAnsweredLookupSettings(lookup: LookupSettings): AnsweredLookupSettingsDto {
  return { ...lookup, url: withoutQuery(lookup.url) };
}
