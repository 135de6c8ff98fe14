/** Node's own loader for the sources: turns `.ts` into JavaScript and finds the `.ts` behind a relative `.js`. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { transform } from '@swc/core';

import { COMPILER } from './compiler.mjs';

export function resolve(specifier, context, next) {
  const fromSource = context.parentURL?.endsWith('.ts') && specifier.startsWith('.');
  return next(fromSource ? specifier.replace(/\.js$/, '.ts') : specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const file = fileURLToPath(url);
  const { code } = await transform(await readFile(file, 'utf8'), { ...COMPILER, filename: file });
  return { format: 'module', source: code, shortCircuit: true };
}
