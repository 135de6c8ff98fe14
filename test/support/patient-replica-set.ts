import { MongoMemoryReplSet } from 'mongodb-memory-server-core';

import { readConfig } from '../../src/config/index.js';
import { findMongod } from '../../src/mongo/embedded/mongod-binary.js';

const START_MS = 100_000;

type Options = NonNullable<ConstructorParameters<typeof MongoMemoryReplSet>[0]>;

/** A replica set of one in a temporary folder that goes with it, on the mongod of the tests. It gives a busy machine more time to start than the library's 10 and 30 s. */
export class PatientReplicaSet extends MongoMemoryReplSet {
  static async begin(replSet: NonNullable<Options['replSet']>): Promise<MongoMemoryReplSet> {
    const { binary, path, cache } = readConfig(process.env).mongo.embedded;
    const systemBinary = await findMongod({ binary: binary ?? undefined, path, cache, note: () => undefined });
    return PatientReplicaSet.create({
      binary: { systemBinary, checkMD5: false },
      instanceOpts: [{ launchTimeout: START_MS }],
      replSet: { count: 1, storageEngine: 'wiredTiger', ...replSet },
    });
  }

  // eslint-disable-next-line @typescript-eslint/naming-convention -- the library's name
  protected override async _waitForPrimary(_timeout?: number, where?: string): Promise<void> {
    await super._waitForPrimary(START_MS, where);
  }
}
