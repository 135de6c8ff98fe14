import './typescript.mjs';

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives the workers a MongoDB: the one that MONGODB_URI names, else the service's own embedded one on a folder that goes with the run. */
export default async function startMongo() {
  if (process.env.MONGODB_URI) return;
  const { EmbeddedMongo } = await import('../../src/mongo/embedded/embedded-mongo.ts');
  const { readConfig } = await import('../../src/config/read-config.ts');
  const { binary, path, cache } = readConfig(process.env).mongo.embedded;
  const dataPath = await mkdtemp(join(tmpdir(), 'anteroom-e2e-'));
  const mongo = await EmbeddedMongo.start({
    dataPath,
    binary: binary ?? undefined,
    path,
    cache,
    note: (line) => process.stderr.write(`${line}\n`),
  });
  globalThis.embeddedMongo = { mongo, dataPath };
  process.env.MONGODB_URI = mongo.uri;
}
