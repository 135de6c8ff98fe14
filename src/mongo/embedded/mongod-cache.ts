import { chmod, mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { removeLeftovers } from './leftovers.js';
import { proveMongod } from './mongod-proof.js';

const SCRATCH = 'fetching-';
const HOUR_MS = 3_600_000;

/** What a source put into a scratch folder: the server and, where there is one, the licence it came with. */
export interface FetchedMongod {
  readonly mongod: string;
  readonly licence?: string;
}

/** The place of this machine's copy; its name tells platforms apart because homes are shared between machines. */
export function keptMongod(cache: string): string {
  return join(cache, `mongod-${process.platform}-${process.arch}`);
}

/** Fetches into a scratch folder, proves what came and moves it into the cache in one step, so that several processes may do it at once. */
export async function keepMongod(cache: string, fetch: (scratch: string) => Promise<FetchedMongod>): Promise<string> {
  await mkdir(cache, { recursive: true });
  await removeLeftovers(cache, SCRATCH, HOUR_MS);
  const scratch = await mkdtemp(join(cache, SCRATCH));
  try {
    return await moveInto(cache, await fetch(scratch));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function moveInto(cache: string, fetched: FetchedMongod): Promise<string> {
  await chmod(fetched.mongod, 0o755);
  await proveMongod(fetched.mongod);
  await flush(fetched.mongod);
  if (fetched.licence !== undefined) await rename(fetched.licence, join(cache, basename(fetched.licence)));
  await rename(fetched.mongod, keptMongod(cache));
  return keptMongod(cache);
}

// A rename can reach the disk before the bytes do: a power cut would leave a torn file under the final name.
async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
