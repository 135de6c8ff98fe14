import { ApiProperty } from '@nestjs/swagger';

/** Every error's answer; a list route's also carries its empty data key. */
export class ErrorDto {
  @ApiProperty({ enum: [false] })
  status!: false;

  /** The HTTP status again. */
  @ApiProperty({ type: 'integer', example: 400 })
  statusCode!: number;

  /** What kind of error, for programs. */
  @ApiProperty({ type: String, example: 'VALIDATION_FAILED' })
  error!: string;

  /** What happened, for people; names the field or the cause. */
  @ApiProperty({ type: String, example: 'agent_id is required.' })
  message!: string;
}
