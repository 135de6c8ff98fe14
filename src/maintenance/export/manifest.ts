import { FolderRefusedError } from '../folder.errors.js';
import { STORED_COLLECTIONS } from '../stored-collections.js';

export const MANIFEST = 'manifest.json';
export const SETTINGS = 'tenant.json';

const FORMAT = 'anteroom-export';
const VERSION = 1;

/** One file of an export. */
export interface ExportedFile {
  readonly name: string;
  readonly documents: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a whole export holds. */
export interface Manifest {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  /** Key of the tenant that was exported. */
  readonly tenant: string;
  readonly began: string;
  readonly ended: string;
  /** Whether all of it is as it was at one moment, or it was read while the tenant was suspended. */
  readonly read: 'at one moment' | 'while suspended';
  /** Collections of its database that this service knows nothing of: they are not in the export. */
  readonly left_out: readonly string[];
  readonly files: readonly ExportedFile[];
}

export function toManifest(content: Omit<Manifest, 'format' | 'version'>): Manifest {
  return { format: FORMAT, version: VERSION, ...content };
}

/** The file that a collection is in. */
export function fileOf(collection: string): string {
  return `${collection}.jsonl`;
}

/** Reads a manifest. @throws FolderRefusedError that says what is wrong with it */
export function parseManifest(path: string, text: string): Manifest {
  const manifest = toTable(path, text);
  if (manifest.format !== FORMAT) throw new FolderRefusedError(`${path}: this is no export of a deployment (format must be ${FORMAT}).`);
  if (manifest.version !== VERSION) {
    throw new FolderRefusedError(`${path}: version ${JSON.stringify(manifest.version)} of exports is not known here; this release reads version ${VERSION}.`);
  }
  const { files } = manifest;
  if (typeof manifest.tenant !== 'string' || !Array.isArray(files) || !files.every(isFile)) throw new FolderRefusedError(`${path}: it does not say which files there are.`);
  checkNames(path, files.map(({ name }) => name));
  return manifest as unknown as Manifest;
}

function toTable(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    throw new FolderRefusedError(`${path}: it is no JSON: ${(error as Error).message}`, error);
  }
  throw new FolderRefusedError(`${path}: it is no JSON object.`);
}

function checkNames(path: string, names: readonly string[]): void {
  const known = [...STORED_COLLECTIONS.map(({ name }) => fileOf(name)), SETTINGS];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new FolderRefusedError(`${path}: ${unknown} is of no collection that this release knows (${known.join(', ')}).`);
  if (new Set(names).size < names.length) throw new FolderRefusedError(`${path}: it names a file twice.`);
  const missing = known.filter((name) => !names.includes(name));
  if (missing.length > 0) throw new FolderRefusedError(`${path}: it does not name ${missing.join(', ')}.`);
}

function isFile(file: unknown): file is ExportedFile {
  const { name, documents, bytes, sha256 } = (file ?? {}) as Partial<Record<keyof ExportedFile, unknown>>;
  return typeof name === 'string' && isCount(documents) && isCount(bytes) && /^[0-9a-f]{64}$/.test(String(sha256));
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
