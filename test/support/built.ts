import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { isAlive } from './processes.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
// Below node_modules, so that the build finds its packages; not dist/, which anybody may build anew while the tests run.
const KEPT = join(ROOT, 'node_modules', '.cache', 'anteroom-built');
const SETTINGS = ['package-lock.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json'];
const DAY_MS = 86_400_000;
const POLL_MS = 100;

/**
 * The folder with this source compiled by the project's own build. Each state of the source is built once and kept under its hash, so that
 * test files and runs that go on at the same time share it and never see half of one.
 */
export async function builtFolder(): Promise<string> {
  await mkdir(KEPT, { recursive: true });
  for (;;) {
    const folder = join(KEPT, await hashOfSource());
    if (existsSync(join(folder, 'main.js'))) return folder;
    await buildOrWait(folder);
    await pause(POLL_MS);
  }
}

async function buildOrWait(folder: string): Promise<void> {
  const lock = `${folder}.lock`;
  try {
    await symlink(String(process.pid), lock);
  } catch {
    const holder = await readlink(lock).catch(() => null);
    // Should two remove it at once, two build, and the first to finish is kept.
    if (holder !== null && !isAlive(Number(holder))) await rm(lock, { force: true });
    return;
  }
  try {
    await build(folder);
    await removeOld();
  } finally {
    await rm(lock, { force: true });
  }
}

async function build(folder: string): Promise<void> {
  const scratch = await mkdtemp(join(KEPT, 'building-'));
  const up = relative(scratch, ROOT);
  const compilerOptions = { rootDir: join(up, 'src'), outDir: './out' };
  const sources = { include: [join(up, 'src')], exclude: [join(up, 'src/**/*.spec.ts')] };
  await writeFile(join(scratch, 'tsconfig.json'), JSON.stringify({ extends: join(up, 'tsconfig.build.json'), compilerOptions, ...sources }));
  try {
    await runNestBuild(join(scratch, 'tsconfig.json'));
    // A package below node_modules says itself that its files are modules.
    await writeFile(join(scratch, 'out', 'package.json'), '{"type":"module"}\n');
    // Where the source changed meanwhile this may be of both states, and is not kept.
    if (folder === join(KEPT, await hashOfSource())) await rename(join(scratch, 'out'), folder).catch(() => undefined);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function runNestBuild(tsconfig: string): Promise<void> {
  const nest = join(ROOT, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const child = spawn(process.execPath, [nest, 'build', '--path', relative(ROOT, tsconfig)], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (said += part.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`nest build failed:\n${said}`);
}

async function hashOfSource(): Promise<string> {
  const names = await readdir(join(ROOT, 'src'), { recursive: true });
  const sources = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts')).map((name) => join('src', name));
  const hash = createHash('sha256');
  // A file that is removed or not there at this moment belongs to no state that could be kept.
  for (const name of [...SETTINGS, ...sources.sort()]) hash.update(`${name}\0`).update(await readFile(join(ROOT, name)).catch(() => ''));
  return hash.digest('hex').slice(0, 32);
}

async function removeOld(): Promise<void> {
  for (const name of await readdir(KEPT)) {
    const path = join(KEPT, name);
    const made = await stat(path).catch(() => null);
    if (made !== null && Date.now() - made.mtimeMs > DAY_MS) await rm(path, { recursive: true, force: true });
  }
}
