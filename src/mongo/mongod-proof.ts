import { run, howItFailed } from './executable.js';

const OLDEST_MAJOR = 6;

/** Resolves when the file is a mongod that runs on this machine and is new enough; rejects with the reason otherwise. */
export async function proveMongod(file: string): Promise<void> {
  const version = /db version v(\d+)\.\S+/.exec(await versionText(file));
  if (version === null) throw new Error(`${file} is not a mongod`);
  if (Number(version[1]) < OLDEST_MAJOR) {
    throw new Error(`${file} is too old (${version[0]}, needed is ${OLDEST_MAJOR}.0 or newer)`);
  }
}

async function versionText(file: string): Promise<string> {
  try {
    return await run(file, ['--version'], 20_000);
  } catch (error) {
    throw new Error(`${file} ${howItFailed(error)}`, { cause: error });
  }
}
