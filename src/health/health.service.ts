import { Injectable } from '@nestjs/common';

import { Clusters } from '../mongo/index.js';
import { StoppingError } from './health.errors.js';

/** Whether this instance should get calls. */
@Injectable()
export class HealthService {
  private draining = false;

  constructor(private readonly clusters: Clusters) {}

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
