// Runs a file of dist/ with the arguments behind it, in this process, so that signals and exit codes are its own.
//   node scripts/run-built.mjs [--build] dist/main.js …
// A missing build is made first (with --build: always), its output on standard error.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '..');
const args = process.argv.slice(2);
const always = args[0] === '--build';
if (always) args.shift();
const target = resolve(root, args.shift());

if (always || !existsSync(target)) {
  const nest = createRequire(import.meta.url).resolve('@nestjs/cli/bin/nest.js');
  const build = spawnSync(process.execPath, [nest, 'build'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (build.status !== 0) process.exit(build.status ?? 1);
}

process.argv = [process.execPath, target, ...args];
await import(pathToFileURL(target).href);
