import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { removeLeftovers } from './leftovers.js';

const STARTING = 'mongod.starting-';
const MINUTE_MS = 60_000;
const CONSEQUENCE = /WT_PANIC|\bfassert\(\)|^Fatal assertion$|^Got signal/;

/** The output of one mongod: a file of its own until that mongod has the folder, so that a second one never touches the first one's log. */
export class MongodLog {
  private constructor(
    private readonly folder: string,
    private file: string,
    private readonly handle: FileHandle,
  ) {}

  /** Begins an empty log in the folder. */
  static async begin(folder: string): Promise<MongodLog> {
    const file = join(folder, `${STARTING}${process.pid}-${randomBytes(4).toString('hex')}.log`);
    return new MongodLog(folder, file, await open(file, 'ax', 0o600));
  }

  /** The descriptor mongod writes to. */
  get fd(): number {
    return this.handle.fd;
  }

  /** Lets go of the descriptor, once mongod has its own. */
  async release(): Promise<void> {
    await this.handle.close();
  }

  /** Everything that was said so far. */
  async text(): Promise<string> {
    return readFile(this.file, 'utf8');
  }

  /** Makes this the folder's `mongod.log`, keeping the one before as `mongod.log.1`; for the mongod that has the folder. */
  async keep(): Promise<void> {
    const kept = join(this.folder, 'mongod.log');
    await rename(kept, `${kept}.1`).catch(() => undefined);
    await rename(this.file, kept);
    this.file = kept;
    await removeLeftovers(this.folder, STARTING, MINUTE_MS);
  }

  /** Removes the log of a mongod that did not get the folder. */
  async discard(): Promise<void> {
    await rm(this.file, { force: true });
  }

  /** The last error that was said and is a cause, not a consequence of one before; else the last line. */
  async lastError(): Promise<string> {
    const lines = (await this.text().catch(() => '')).trim().split('\n');
    const errors = lines.map(errorOf).filter((error) => error !== null);
    return errors.at(-1) ?? lines.findLast((line) => line !== '' && !line.startsWith('{')) ?? 'it says nothing about why';
  }
}

interface LogLine {
  readonly s?: string;
  readonly msg?: string;
  readonly attr?: { readonly error?: unknown; readonly message?: unknown };
}

function errorOf(line: string): string | null {
  const { s, msg, attr } = parsed(line);
  if (s !== 'E' && s !== 'F') return null;
  const said = textOf(attr?.error) ?? textOf(attr?.message) ?? msg?.trim() ?? '';
  return said === '' || CONSEQUENCE.test(said) ? null : said;
}

function parsed(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return {};
  }
}

// The server says an error as a sentence, as a status (`errmsg`) or, from WiredTiger, as `msg` with `error_str`.
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value.trim();
  if (typeof value !== 'object' || value === null) return null;
  const { errmsg, msg, error_str } = value as Record<string, unknown>;
  const said = [errmsg, msg, error_str].filter((part) => typeof part === 'string');
  return said.length > 0 ? said.join(': ') : null;
}
