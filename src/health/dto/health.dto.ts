import { ApiProperty } from '@nestjs/swagger';

/** All is well. */
export class HealthDto {
  @ApiProperty({ enum: ['ok'] })
  status!: 'ok';
}
