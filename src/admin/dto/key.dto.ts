import { ApiProperty } from '@nestjs/swagger';

import { pick } from '../../common/index.js';
import type { ApiKey, KeyRole } from '../../tenancy/index.js';
import type { ListedKey, MadeKey } from '../key-admin.service.js';

const ID = { type: String, pattern: '^[0-9a-f]{12}$', example: '0123456789ab' };
const ROLE = { enum: ['service', 'reader'] as KeyRole[] };
const DATE = { type: String, format: 'date-time' };

/** An API key that was just made. */
export class MadeKeyDto {
  @ApiProperty(ID) id!: string;
  /** The key itself, this once only: nobody can read it again. */
  @ApiProperty({ type: String, example: 'anteroom_key_ace_0123456789ab_…' }) key!: string;
  @ApiProperty(ROLE) role!: KeyRole;
  @ApiProperty({ ...DATE, nullable: true }) expires!: Date | null;
}

/** An API key, without what it is recognised by. */
export class KeyDto {
  @ApiProperty(ID) id!: string;
  @ApiProperty(ROLE) role!: KeyRole;
  @ApiProperty({ ...DATE, nullable: true }) expires!: Date | null;
  @ApiProperty({ type: String, nullable: true }) note!: string | null;
  @ApiProperty(DATE) created_date!: Date;
}

/** An API key in a list. */
export class ListedKeyDto extends KeyDto {
  /** The minute of its last use, known a minute later at the most; null: it was never used. */
  @ApiProperty({ ...DATE, nullable: true }) last_used!: Date | null;
}

const SHOWN = ['id', 'role', 'expires', 'note', 'created_date'] as const;

export function toMadeKeyDto({ id, credential, role, expires }: MadeKey): MadeKeyDto {
  return { id, key: credential, role, expires };
}

export function toKeyDto(key: ApiKey): KeyDto {
  return pick(key, SHOWN);
}

export function toListedKeyDto(key: ListedKey): ListedKeyDto {
  return { ...pick(key, SHOWN), last_used: key.lastUsed };
}
