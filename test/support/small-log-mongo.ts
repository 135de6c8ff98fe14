import type { MongoMemoryReplSet } from 'mongodb-memory-server-core';
import mongoose from 'mongoose';

import { eventually } from './eventually.js';
import { PatientReplicaSet } from './patient-replica-set.js';

const FILLER = 'x'.repeat(200_000);
const WITHIN = { within: 60_000 };

/** A MongoDB whose log reaches back a megabyte: a replica set of one, in a temporary folder that goes with it. */
export class SmallLogMongo {
  private constructor(
    private readonly server: MongoMemoryReplSet,
    private readonly client: mongoose.mongo.MongoClient,
  ) {}

  static async start(): Promise<SmallLogMongo> {
    const server = await PatientReplicaSet.begin({ args: ['--oplogSize', '1', '--syncdelay', '1', '--wiredTigerCacheSizeGB', '0.25'] });
    return new SmallLogMongo(server, new mongoose.mongo.MongoClient(server.getUri()));
  }

  get uri(): string {
    return this.server.getUri();
  }

  /** Where its only member listens. */
  get address(): { host: string; port: number } {
    const { hostname, port } = new URL(this.uri);
    return { host: hostname, port: Number(port) };
  }

  /** Writes until its log no longer has what was written before. */
  async forget(): Promise<void> {
    const until = (await this.newest()).ts;
    await eventually(async () => {
      await this.client.db('filler').collection('filler').insertMany(Array.from({ length: 10 }, () => ({ filler: FILLER })));
      const oldest = await this.log().find().sort({ $natural: 1 }).limit(1).next();
      if (oldest === null || (oldest.ts as mongoose.mongo.Timestamp).lessThanOrEqual(until)) throw new Error('the log still has it');
    }, WITHIN);
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.server.stop();
  }

  private log(): mongoose.mongo.Collection {
    return this.client.db('local').collection('oplog.rs');
  }

  private async newest(): Promise<{ ts: mongoose.mongo.Timestamp }> {
    const [newest] = await this.log().find<{ ts: mongoose.mongo.Timestamp }>({}).sort({ $natural: -1 }).limit(1).toArray();
    return newest!;
  }
}
