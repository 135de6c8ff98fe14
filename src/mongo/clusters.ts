import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';

import { CONFIG, ConfigError, type Config } from '../config/index.js';
import { Cluster } from './cluster.js';

/** Name of the cluster of `MONGODB_URI`, where the control database and tenants without a `cluster` live. */
export const DEFAULT_CLUSTER = 'default';

/** Every cluster that tenants can live on, one client each. */
@Injectable()
export class Clusters implements OnApplicationShutdown {
  private readonly byName: ReadonlyMap<string, Cluster>;

  constructor(@Inject(CONFIG) { mongo }: Config) {
    const uris = { [DEFAULT_CLUSTER]: mongo.uri ?? '', ...mongo.clusters };
    this.byName = new Map(Object.entries(uris).map(([name, uri]) => [name, createCluster(name, uri, mongo.timeoutMs)]));
  }

  /** Begins to connect to all of them, without waiting. */
  open(): void {
    for (const cluster of this.byName.values()) void cluster.open();
  }

  /** The cluster of that name, or null. */
  find(name: string): Cluster | null {
    return this.byName.get(name) ?? null;
  }

  /** The default cluster. */
  get default(): Cluster {
    return this.byName.get(DEFAULT_CLUSTER) as Cluster;
  }

  all(): Cluster[] {
    return [...this.byName.values()];
  }

  names(): string[] {
    return [...this.byName.keys()];
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.byName.values()].map((cluster) => cluster.close()));
  }
}

function createCluster(name: string, uri: string, timeoutMs: number): Cluster {
  try {
    return new Cluster(name, uri, timeoutMs);
  } catch (error) {
    const variable = name === DEFAULT_CLUSTER ? 'MONGODB_URI' : `MONGODB_CLUSTERS (${name})`;
    throw new ConfigError([`${variable} cannot be understood: ${(error as Error).message}`]);
  }
}
