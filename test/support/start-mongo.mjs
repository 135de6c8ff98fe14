import './typescript.mjs';

import { mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const IN_MEMORY = '/dev/shm';
const ROOM_NEEDED = 4 * 2 ** 30;

/** A folder in memory where there is enough of it: thousands of indexes are made and dropped, and a slow disk would be all that is tested. */
async function scratchFolder() {
  const { bavail, bsize } = await statfs(IN_MEMORY).catch(() => ({ bavail: 0, bsize: 0 }));
  return mkdtemp(join(bavail * bsize >= ROOM_NEEDED ? IN_MEMORY : tmpdir(), 'anteroom-e2e-'));
}

/** Gives the workers a MongoDB: the one that MONGODB_URI names, else the service's own embedded one on a folder that goes with the run. */
export default async function startMongo() {
  if (process.env.MONGODB_URI) return;
  const { EmbeddedMongo } = await import('../../src/mongo/embedded/embedded-mongo.ts');
  const { readConfig } = await import('../../src/config/read-config.ts');
  const { binary, path, cache } = readConfig(process.env).mongo.embedded;
  const dataPath = await scratchFolder();
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
