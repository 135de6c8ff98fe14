import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Connection, Model, mongo, Schema } from 'mongoose';

import { CONFIG, type Config } from '../config/index.js';
import { Clusters, DatabaseUnavailableError, type Cluster, type Deadline } from '../mongo/index.js';
import { TenantIndexes } from './tenant-indexes.js';
import type { Tenant } from './tenant.js';

/** A collection that each tenant has: its schema with indexes, and a version that moves when the indexes change. */
export interface TenantCollection<T> {
  readonly name: string;
  readonly schema: Schema<T>;
  readonly indexVersion: number;
  /** Names of indexes of earlier versions, which go when those of this one are there. */
  readonly formerIndexes?: readonly string[];
}

interface OpenDatabase {
  readonly parent: Connection;
  readonly connection: Connection;
  users: number;
}

/** The tenants' databases on their clusters' clients: models are made on first use and kept in a bounded LRU. */
@Injectable()
export class TenantModels {
  private readonly open: LRUCache<string, OpenDatabase>;
  // Evicted while somebody was using them: closed by the last one, or taken up again.
  private readonly leaving = new Map<string, OpenDatabase>();

  constructor(
    private readonly clusters: Clusters,
    private readonly indexes: TenantIndexes,
    @Inject(CONFIG) config: Config,
  ) {
    this.open = new LRUCache({
      max: config.limits.tenantsInMemory,
      dispose: (database, key, reason) => {
        if (reason !== 'set') this.release(key, database);
      },
    });
  }

  /**
   * Runs `work` on one collection of the tenant's own database, whose indexes exist by then.
   * @throws DatabaseUnavailableError when the tenant's cluster is away, silent or not configured here
   */
  with<T, R>(tenant: Tenant, collection: TenantCollection<T>, work: (model: Model<T>, deadline: Deadline) => Promise<R>): Promise<R> {
    return this.clusterOf(tenant).run(async (parent, deadline) => {
      const database = this.databaseOf(tenant, parent);
      database.users++;
      try {
        const model = modelOf(database.connection, collection);
        await this.indexes.ensure(tenant, collection, model);
        return await work(model, deadline);
      } finally {
        database.users--;
        if (database.users === 0) this.closeLeaving(keyOf(tenant));
      }
    });
  }

  /** The cluster that holds the tenant's database. @throws DatabaseUnavailableError when it is not configured here */
  clusterOf(tenant: Tenant): Cluster {
    const cluster = this.clusters.find(tenant.cluster);
    if (cluster === null) throw new DatabaseUnavailableError(new Error(`cluster ${tenant.cluster} is not in MONGODB_CLUSTERS`));
    return cluster;
  }

  /** True where any collection of the tenant's database holds a document. */
  hasData(tenant: Tenant): Promise<boolean> {
    return this.withDatabase(tenant, async (database) => {
      for (const { name } of await database.listCollections({}, { nameOnly: true }).toArray()) {
        if ((await database.collection(name).findOne({}, { projection: { _id: 1 } })) !== null) return true;
      }
      return false;
    });
  }

  /** Drops the tenant's database with all that is in it. */
  async drop(tenant: Tenant): Promise<void> {
    await this.withDatabase(tenant, (database) => database.dropDatabase());
  }

  /** How many tenants' models are in memory. */
  get size(): number {
    return this.open.size + this.leaving.size;
  }

  private withDatabase<R>(tenant: Tenant, work: (database: mongo.Db) => Promise<R>): Promise<R> {
    return this.clusterOf(tenant).run((connection) => work(connection.getClient().db(tenant.database)));
  }

  private databaseOf(tenant: Tenant, parent: Connection): OpenDatabase {
    const key = keyOf(tenant);
    const known = this.open.get(key) ?? this.leaving.get(key);
    const database = known ?? { parent, connection: parent.useDb(tenant.database), users: 0 };
    this.leaving.delete(key);
    if (!this.open.has(key)) this.open.set(key, database);
    return database;
  }

  private release(key: string, database: OpenDatabase): void {
    this.leaving.set(key, database);
    if (database.users === 0) this.closeLeaving(key);
  }

  // removeDb (documented, missing in mongoose's types) lets go of the models; close() would close the client that all tenants share.
  private closeLeaving(key: string): void {
    const database = this.leaving.get(key);
    if (database === undefined) return;
    this.leaving.delete(key);
    (database.parent as Connection & { removeDb(name: string): void }).removeDb(database.connection.name);
  }
}

// A tenant without data can move to another cluster and keep its database's name.
function keyOf(tenant: Tenant): string {
  return `${tenant.cluster}/${tenant.database}`;
}

function modelOf<T>(connection: Connection, { name, schema }: TenantCollection<T>): Model<T> {
  return (connection.models[name] as Model<T> | undefined) ?? connection.model<T>(name, schema, name);
}
