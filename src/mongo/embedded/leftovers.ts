import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes what processes that were killed left in a folder: entries that begin with the prefix and are older than the age. */
export async function removeLeftovers(folder: string, prefix: string, ageMs: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(prefix));
  await Promise.all(names.map((name) => removeIfOlder(join(folder, name), ageMs).catch(() => undefined)));
}

async function removeIfOlder(entry: string, ageMs: number): Promise<void> {
  const { mtimeMs } = await stat(entry);
  if (Date.now() - mtimeMs > ageMs) await rm(entry, { recursive: true, force: true });
}
