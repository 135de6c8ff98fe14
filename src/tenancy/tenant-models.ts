import { Inject, Injectable } from '@nestjs/common';
import type { ClientSession, Connection, Model, mongo, Schema } from 'mongoose';

import { Lending } from '../common/index.js';
import { CONFIG, type Config } from '../config/index.js';
import { Clusters, DatabaseUnavailableError, DatabaseUsers, type Cluster, type Deadline } from '../mongo/index.js';
import { TenantDirectory } from './tenant-directory.js';
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
}

/** Where a tenant's model is found. */
interface ModelPlace<T> {
  readonly tenant: Tenant;
  readonly client: Cluster;
  readonly parent: Connection;
  readonly collection: TenantCollection<T>;
}

/** The tenants' databases on the clients that may touch them: models are made on first use and kept in a bounded LRU. */
@Injectable()
export class TenantModels {
  private readonly open: Lending<OpenDatabase>;

  constructor(
    private readonly clusters: Clusters,
    private readonly users: DatabaseUsers,
    private readonly directory: TenantDirectory,
    private readonly indexes: TenantIndexes,
    @Inject(CONFIG) config: Config,
  ) {
    this.open = new Lending(config.limits.tenantsInMemory, closeDatabase);
  }

  /**
   * Runs `work` on one collection of the tenant's own database, whose indexes exist by then.
   * @throws DatabaseUnavailableError when the tenant's cluster is away, silent or not configured here, or its database user is refused
   */
  with<T, R>(tenant: Tenant, collection: TenantCollection<T>, work: (model: Model<T>, deadline: Deadline) => Promise<R>): Promise<R> {
    return this.onClient(tenant, (client) =>
      client.run((parent, deadline) => this.inModel({ tenant, client, parent, collection }, (model) => work(model, deadline)), collection.name),
    );
  }

  /** Runs `work` on the tenant's database as it is: nothing is made in it. @throws as {@link with} */
  onDatabase<R>(tenant: Tenant, work: (database: mongo.Db, deadline: Deadline) => Promise<R>): Promise<R> {
    return this.onClient(tenant, (client) => client.run((parent, deadline) => work(parent.getClient().db(tenant.database), deadline)));
  }

  /** Makes the indexes of a collection that are missing, whatever the directory remembers. @throws as {@link with} */
  makeIndexes<T>(tenant: Tenant, collection: TenantCollection<T>): Promise<void> {
    return this.onClient(tenant, (client) =>
      client.run((parent) => this.inDatabase(tenant, client, parent, (connection) => this.indexes.make(tenant, collection, modelOf(connection, collection)))),
    );
  }

  /** Runs `work` in one transaction on the tenant's client, when `collection` and its indexes exist. @throws as {@link with} */
  inTransaction<T, R>(tenant: Tenant, collection: TenantCollection<T>, work: (session: ClientSession) => Promise<R>): Promise<R> {
    return this.onClient(tenant, (client) => client.inTransaction(work, (parent) => this.inModel({ tenant, client, parent, collection }, () => Promise.resolve())));
  }

  /** True where any collection of the tenant's database holds a document; for the service itself, whatever the tenant's user may. */
  hasData(tenant: Tenant): Promise<boolean> {
    return this.withDatabase(tenant, async (database) => {
      for (const { name } of await database.listCollections({}, { nameOnly: true }).toArray()) {
        if ((await database.collection(name).findOne({}, { projection: { _id: 1 } })) !== null) return true;
      }
      return false;
    });
  }

  /** Drops the tenant's database with all that is in it, and its user. */
  async drop(tenant: Tenant): Promise<void> {
    if (tenant.database_user) await this.removeUser(tenant);
    await this.withDatabase(tenant, (database) => database.dropDatabase());
  }

  /** Makes the tenant's database user, or sets its password and rights anew. */
  async putUser(tenant: Tenant): Promise<void> {
    await this.users.put(this.clusterOf(tenant), tenant.database);
  }

  /** Removes the tenant's database user. */
  async removeUser(tenant: Tenant): Promise<void> {
    await this.users.remove(this.clusterOf(tenant), tenant.database);
  }

  /** How many tenants' models are in memory on the clients that tenants share. */
  get size(): number {
    return this.open.size;
  }

  private inModel<T, R>({ tenant, client, parent, collection }: ModelPlace<T>, work: (model: Model<T>) => Promise<R>): Promise<R> {
    return this.inDatabase(tenant, client, parent, async (connection) => {
      const model = modelOf(connection, collection);
      await this.indexes.ensure(tenant, collection, model);
      return work(model);
    });
  }

  private clusterOf(tenant: Tenant): Cluster {
    const cluster = this.clusters.find(tenant.cluster);
    if (cluster === null) throw new DatabaseUnavailableError(new Error(`cluster ${tenant.cluster} is not in MONGODB_CLUSTERS`));
    return cluster;
  }

  // Who the client is logged in as is the directory's word alone: a wrong `database` must not bring its own password along.
  private async onClient<R>(tenant: Tenant, work: (client: Cluster) => Promise<R>): Promise<R> {
    const cluster = this.clusterOf(tenant);
    const { database_user: hasUser, database } = this.directory.findByKey(tenant.key) ?? tenant;
    return hasUser ? this.users.use(cluster, database, work) : work(cluster);
  }

  private async withDatabase<R>(tenant: Tenant, work: (database: mongo.Db) => Promise<R>): Promise<R> {
    return this.clusterOf(tenant).run((connection) => work(connection.getClient().db(tenant.database)));
  }

  // The models of a tenant with a client of its own go with that client.
  private inDatabase<R>(tenant: Tenant, client: Cluster, parent: Connection, work: (connection: Connection) => Promise<R>): Promise<R> {
    if (client.hasUser) return work(parent.useDb(tenant.database, { useCache: true }));
    const open = (): OpenDatabase => ({ parent, connection: parent.useDb(tenant.database) });
    return this.open.lend(keyOf(tenant), open, ({ connection }) => work(connection));
  }
}

// removeDb (documented, missing in mongoose's types) lets go of the models; close() would close the client that all tenants share.
function closeDatabase({ parent, connection }: OpenDatabase): void {
  (parent as Connection & { removeDb(name: string): void }).removeDb(connection.name);
}

// A tenant without data can move to another cluster and keep its database's name.
function keyOf(tenant: Tenant): string {
  return `${tenant.cluster}/${tenant.database}`;
}

function modelOf<T>(connection: Connection, { name, schema }: TenantCollection<T>): Model<T> {
  return (connection.models[name] as Model<T> | undefined) ?? connection.model<T>(name, schema, name);
}
