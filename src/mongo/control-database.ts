import { randomBytes } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import mongoose, { type ClientSession, type Connection, type mongo } from 'mongoose';

import { PromiseCache } from '../common/index.js';
import { CONFIG, type Config } from '../config/index.js';
import type { Cluster } from './cluster.js';
import { Clusters } from './clusters.js';

interface SecretRecord {
  readonly _id: string;
  readonly secret: mongo.Binary;
}

/** The database of the directory and of what all instances share; it lives on the default cluster. */
@Injectable()
export class ControlDatabase {
  private readonly secrets = new PromiseCache<Buffer>();

  constructor(
    private readonly clusters: Clusters,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  get cluster(): Cluster {
    return this.clusters.default;
  }

  /** Runs `work` on the database. @throws DatabaseUnavailableError when it is away */
  with<T>(work: (database: mongo.Db) => Promise<T>): Promise<T> {
    return this.cluster.run((connection) => work(this.databaseOn(connection)), 'control');
  }

  /** Runs `work` in one transaction: all of it is stored or none. @throws DatabaseUnavailableError when it is away */
  inTransaction<T>(work: (database: mongo.Db, session: ClientSession) => Promise<T>): Promise<T> {
    return this.cluster.inTransaction((session, connection) => work(this.databaseOn(connection), session));
  }

  /** 32 random bytes made once and kept under `name`: the same on every instance. */
  secret(name: string): Promise<Buffer> {
    return this.secrets.get(name, () => this.readSecret(name));
  }

  private databaseOn(connection: Connection): mongo.Db {
    return connection.getClient().db(this.config.mongo.controlDatabase);
  }

  private readSecret(name: string): Promise<Buffer> {
    return this.with(async (database) => {
      const secrets = database.collection<SecretRecord>('secrets');
      const found = await secrets.findOne({ _id: name });
      if (found !== null) return Buffer.from(found.secret.buffer);
      // Two instances may get here at once; the first insert wins and both get it.
      const secret = new mongoose.mongo.Binary(randomBytes(32));
      const kept = await secrets.findOneAndUpdate(
        { _id: name },
        { $setOnInsert: { secret } },
        { upsert: true, returnDocument: 'after' },
      );
      return Buffer.from((kept as SecretRecord).secret.buffer);
    });
  }
}
