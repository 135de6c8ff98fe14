import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';

import { CONFIG, ConfigError, type Config } from '../config/index.js';
import { Metrics, type Shown } from '../observe/index.js';
import { Cluster } from './cluster.js';
import type { PoolWatch } from './pool-watch.js';

/** Name of the cluster of `MONGODB_URI`, where the control database and tenants without a `cluster` live. */
export const DEFAULT_CLUSTER = 'default';

const LABELS = { labels: ['cluster'] } as const;
const PRIMARY: Shown = { name: 'anteroom_database_primary', help: 'Whether a server of the cluster that can write is in sight: 1 or 0.', ...LABELS };
const CONNECTIONS: Shown = { name: 'anteroom_database_connections', help: 'Connections of the client that deployments share.', ...LABELS };
const IN_USE: Shown = { name: 'anteroom_database_connections_in_use', help: 'Those of these connections that are at work.', ...LABELS };
const WAITING: Shown = { name: 'anteroom_database_pool_waiting', help: 'Work that waits for one of these connections.', ...LABELS };
const WAITED: Shown = { name: 'anteroom_database_pool_wait_seconds_total', help: 'What all work together has waited for a connection.', ...LABELS };

/** Every cluster that tenants can live on, one client each. */
@Injectable()
export class Clusters implements OnApplicationShutdown {
  private readonly byName: ReadonlyMap<string, Cluster>;

  constructor(@Inject(CONFIG) { mongo }: Config, metrics: Metrics) {
    const uris = { [DEFAULT_CLUSTER]: mongo.uri ?? '', ...mongo.clusters };
    this.byName = new Map(Object.entries(uris).map(([name, uri]) => [name, createCluster(name, uri, mongo.timeoutMs, metrics)]));
    this.show(metrics);
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

  private show(metrics: Metrics): void {
    const readEach = (read: (pool: PoolWatch) => number) => () => this.all().map(({ name, pool }) => [{ cluster: name }, read(pool)] as const);
    metrics.gauge(PRIMARY, readEach(({ hasPrimary }) => Number(hasPrimary)));
    metrics.gauge(CONNECTIONS, readEach(({ open }) => open));
    metrics.gauge(IN_USE, readEach(({ inUse }) => inUse));
    metrics.gauge(WAITING, readEach(({ waiting }) => waiting));
    metrics.total(WAITED, readEach(({ waitedSeconds }) => waitedSeconds));
  }
}

function createCluster(name: string, uri: string, timeoutMs: number, metrics: Metrics): Cluster {
  try {
    return new Cluster(name, uri, timeoutMs, metrics);
  } catch (error) {
    const variable = name === DEFAULT_CLUSTER ? 'MONGODB_URI' : `MONGODB_CLUSTERS (${name})`;
    throw new ConfigError([`${variable} cannot be understood: ${(error as Error).message}`]);
  }
}
