import { setTimeout as pause } from 'node:timers/promises';

import { howItFailed, run } from './executable.js';

const OLDEST_MAJOR = 6;
const BUSY_ATTEMPTS = 50;
const BUSY_MS = 20;

/** Resolves when the file is a mongod that runs on this machine and is new enough; rejects with the reason otherwise. */
export async function proveMongod(file: string): Promise<void> {
  const version = /db version v(\d+)\.\S+/.exec(await versionText(file));
  if (version === null) throw new Error(`${file} is not a mongod`);
  if (Number(version[1]) < OLDEST_MAJOR) {
    throw new Error(`${file} is too old (${version[0]}, needed is ${OLDEST_MAJOR}.0 or newer)`);
  }
}

// A file that was just written is "busy" for an instant when this process began another program meanwhile: that one inherits the open file.
async function versionText(file: string): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run(file, ['--version'], 20_000);
    } catch (error) {
      const busy = (error as { code?: unknown }).code === 'ETXTBSY';
      if (!busy || attempt === BUSY_ATTEMPTS) throw new Error(`${file} ${howItFailed(error)}`, { cause: error });
    }
    await pause(BUSY_MS);
  }
}
