import { Injectable } from '@nestjs/common';

import { Clusters } from '../mongo/index.js';
import { Metrics } from '../observe/index.js';
import { StoppingError } from './health.errors.js';

/** Whether this instance should get calls. */
@Injectable()
export class HealthService {
  private draining = false;

  constructor(
    private readonly clusters: Clusters,
    metrics: Metrics,
  ) {
    const help = 'Whether this instance can serve, as /health/ready says it: 1 or 0.';
    metrics.gauge({ name: 'anteroom_ready', help }, () => this.checkReady().then(() => 1, () => 0));
  }

  /** From now on {@link checkReady} refuses: the instance is about to stop. */
  drain(): void {
    this.draining = true;
  }

  /** @throws DatabaseUnavailableError while the control cluster is away, StoppingError once the instance is stopping */
  async checkReady(): Promise<void> {
    if (this.draining) throw new StoppingError();
    await this.clusters.default.ping();
  }
}
