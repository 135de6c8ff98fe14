import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';

import { ApiErrors, isBearer, RouteNotFoundError } from '../common/index.js';
import { CONFIG, type Config } from '../config/index.js';
import { MetricsTokenRefusedError } from './metrics.errors.js';
import { Metrics } from './metrics.js';

@ApiTags('health')
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** What this instance counts, for Prometheus; with `METRICS_TOKEN` for its bearer only, without it not in production. */
  @Get()
  @ApiBearerAuth('METRICS_TOKEN')
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: "Prometheus' text format.", schema: { type: 'string' } })
  @ApiErrors([new MetricsTokenRefusedError(), new RouteNotFoundError()])
  async showMetrics(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.check(request);
    const { text, type } = await this.metrics.write();
    response.setHeader('Cache-Control', 'no-store').setHeader('Content-Type', type).send(text);
  }

  private check(request: Request): void {
    const { metricsToken, production } = this.config;
    if (metricsToken === null && production) throw new RouteNotFoundError();
    if (metricsToken !== null && !isBearer(request, metricsToken)) throw new MetricsTokenRefusedError();
  }
}
