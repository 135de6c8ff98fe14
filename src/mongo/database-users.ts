import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';

import { Lending } from '../common/index.js';
import { CONFIG, type Config, type DatabaseUsersConfig } from '../config/index.js';
import { Metrics } from '../observe/index.js';
import type { Cluster } from './cluster.js';
import { putUser, removeUser, toDatabaseUser, type DatabaseUser } from './database-user.js';
import { DatabaseUnavailableError, DatabaseUserRefusedError } from './mongo.errors.js';

/** Databases with a user of their own in MongoDB, and the small clients that are logged in as these; those used last stay open. */
@Injectable()
export class DatabaseUsers implements OnApplicationShutdown {
  private readonly logger = new Logger('mongo');
  private readonly clients: Lending<Cluster>;
  private readonly config: DatabaseUsersConfig;
  private readonly lookedAt = new Set<string>();

  constructor(@Inject(CONFIG) { mongo }: Config, metrics: Metrics) {
    this.config = mongo.users;
    this.clients = new Lending(mongo.users.clients, (client) => void this.close(client));
    metrics.gauge({ name: 'anteroom_database_user_clients', help: "Clients that are open for deployments' own database users." }, () => this.size);
  }

  /** How many clients are open. */
  get size(): number {
    return this.clients.size;
  }

  /** Runs `work` on a client that may touch this database only. @throws DatabaseUnavailableError where its user does not work, too */
  async use<R>(cluster: Cluster, database: string, work: (client: Cluster) => Promise<R>): Promise<R> {
    const user = this.userOf(cluster, database);
    const key = keyOf(cluster, database);
    return this.clients.lend(key, () => cluster.as(user), async (client) => {
      try {
        const result = await work(client);
        await this.lookAtAccessControl(client);
        return result;
      } catch (error) {
        // The connections of a user that was removed stay logged out, also when it is made again.
        if (error instanceof DatabaseUserRefusedError && error.isLogin) this.clients.dismiss(key, client);
        throw error;
      }
    });
  }

  /** Makes the database's user, or sets its password and rights anew, and logs in as it. */
  async put(cluster: Cluster, database: string): Promise<void> {
    const user = this.userOf(cluster, database);
    await cluster.run((connection) => putUser(connection.getClient(), user));
    await this.use(cluster, database, (client) => client.ping());
  }

  /** Removes the database's user, if it has one. */
  async remove(cluster: Cluster, database: string): Promise<void> {
    await cluster.run((connection) => removeUser(connection.getClient(), database));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.clients.all().map((client) => client.close()));
  }

  private userOf({ name }: Cluster, database: string): DatabaseUser {
    if (this.config.secret === null) throw new DatabaseUnavailableError(new Error(`${database} has a user of its own, and DATABASE_USER_SECRET is not set`));
    return toDatabaseUser(this.config.secret, name, database);
  }

  private async close(client: Cluster): Promise<void> {
    await client.close().catch((error: unknown) => this.logger.warn({ err: error, cluster: client.name }, 'a client could not be closed'));
  }

  // Where MongoDB asks nobody who they are, users log in as anywhere, and nothing is refused them.
  private async lookAtAccessControl(client: Cluster): Promise<void> {
    if (this.lookedAt.has(client.name)) return;
    this.lookedAt.add(client.name);
    try {
      await client.run((connection) => connection.getClient().db('nobodys').collection('nothing').findOne());
      this.logger.warn({ cluster: client.name }, 'MongoDB runs without access control: database users defend nothing here');
    } catch (error) {
      if (!(error instanceof DatabaseUserRefusedError)) this.lookedAt.delete(client.name);
    }
  }
}

function keyOf({ name }: Cluster, database: string): string {
  return `${name}/${database}`;
}
