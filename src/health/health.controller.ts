import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';

import { ApiErrors, InternalError } from '../common/index.js';
import { DatabaseUnavailableError } from '../mongo/index.js';
import { HealthDto } from './dto/health.dto.js';
import { StoppingError } from './health.errors.js';
import { HealthService } from './health.service.js';

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  /** The process runs. */
  @Get('live')
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ type: HealthDto, description: 'It runs.' })
  @ApiErrors([new InternalError(null)])
  live(): HealthDto {
    return { status: 'ok' };
  }

  /** The instance can serve: the control cluster answers, and it is not stopping. */
  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ type: HealthDto, description: 'It can serve.' })
  @ApiErrors([new DatabaseUnavailableError(), new StoppingError()])
  async ready(): Promise<HealthDto> {
    await this.health.checkReady();
    return { status: 'ok' };
  }
}
