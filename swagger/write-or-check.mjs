import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** Writes a generated file; with --check on the command line it writes nothing, and the process fails when the file is stale. */
export function writeOrCheck(file, text, command) {
  const name = relative(root, file);
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
    console.log(`${name} written`);
  } else if (existsSync(file) && readFileSync(file, 'utf8') === text) {
    console.log(`${name} is up to date`);
  } else {
    console.error(`${name} is stale: run \`${command}\` and commit it`);
    process.exitCode = 1;
  }
}
