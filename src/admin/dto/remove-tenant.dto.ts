import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

import { RefuseUnknownFields } from '../../common/index.js';

/** How a tenant is removed. */
@RefuseUnknownFields()
export class RemoveTenantDto {
  /** `true` drops the tenant's database for ever; without it the database stays. */
  @ApiPropertyOptional({ enum: ['true', 'false'] })
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'drop_database must be true or false' })
  drop_database?: 'true' | 'false';
}
