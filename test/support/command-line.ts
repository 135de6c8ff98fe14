import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { builtFolder } from './built.js';

let built: Promise<string> | null = null;

/** How a command ended, and what it said. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line as a person would, on the tests' MongoDB, in a folder without an `.env`. */
export async function commandLine(args: readonly string[], variables: Readonly<Record<string, string>>): Promise<Ended> {
  built ??= builtFolder();
  const program = join(await built, 'cli.js');
  const { PATH, HOME, MONGODB_URI } = process.env;
  const env = { PATH, HOME, MONGODB_URI, DIRECTORY_REFRESH_MS: '20', DATABASE_TIMEOUT_MS: '2500', ...variables };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env, cwd: tmpdir() }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
