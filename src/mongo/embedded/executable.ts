import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** Runs a program to its end and answers its standard output; rejects with its error output when it fails. */
export async function run(file: string, args: readonly string[], timeout: number): Promise<string> {
  const { stdout } = await promisify(execFile)(file, [...args], { timeout, maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

/** Answers the first executable of that name in the folders of a PATH, or null. */
export async function onPath(name: string, path: string): Promise<string | null> {
  for (const folder of path.split(delimiter).filter((entry) => entry !== '')) {
    const file = join(folder, name);
    if (await isExecutable(file)) return file;
  }
  return null;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/** Completes a sentence about a program that failed: what it said last, or why it could not be run at all. */
export function howItFailed(error: unknown): string {
  const { code, killed, stderr, message } = error as { code?: unknown; killed?: boolean; stderr?: string; message?: string };
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES') return 'is not executable';
  if (killed === true) return 'does not answer in time';
  return `does not run: ${lastLine(stderr ?? '') ?? firstLine(message ?? '') ?? String(error)}`;
}

function lastLine(text: string): string | undefined {
  return text.trim().split('\n').at(-1)?.trim() || undefined;
}

function firstLine(text: string): string | undefined {
  return text.split('\n')[0]?.trim() || undefined;
}
