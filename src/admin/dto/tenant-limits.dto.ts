import { ApiProperty } from '@nestjs/swagger';

import type { TenantLimits } from '../../tenancy/index.js';
import { Limit } from '../limit.decorator.js';

const LIMIT = { type: 'integer', nullable: true } as const;

/** What a deployment may take of each instance; an absent field stays, null resets it to the service's default. */
export class TenantLimitsDto {
  /** Calls a second, and three seconds' worth at once. */
  @Limit() calls_per_second?: number | null;
  /** Messages sent a second, and three seconds' worth at once. */
  @Limit() sends_per_second?: number | null;
  /** Sockets at once. */
  @Limit() sockets?: number | null;
  /** Calls that are at work at once; others wait in order. */
  @Limit() concurrent_database?: number | null;
  /** Rooms in one answer of a list, the newest. */
  @Limit() rooms_a_list?: number | null;
  /** Bytes of a body; over `BODY_LIMIT` that applies. */
  @Limit() body_bytes?: number | null;
  /** Characters of a message; over `MESSAGE_LIMIT` that applies. */
  @Limit() message_characters?: number | null;
}

/** What a deployment may take of each instance; null: the service's default. */
export class LimitsDto implements TenantLimits {
  @ApiProperty(LIMIT) calls_per_second!: number | null;
  @ApiProperty(LIMIT) sends_per_second!: number | null;
  @ApiProperty(LIMIT) sockets!: number | null;
  @ApiProperty(LIMIT) concurrent_database!: number | null;
  @ApiProperty(LIMIT) rooms_a_list!: number | null;
  @ApiProperty(LIMIT) body_bytes!: number | null;
  @ApiProperty(LIMIT) message_characters!: number | null;
}
