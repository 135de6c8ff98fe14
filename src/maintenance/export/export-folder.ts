import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { FolderRefusedError, toFolderError } from '../folder.errors.js';
import { MANIFEST, type ExportedFile, type Manifest } from './manifest.js';

const OWNER_ONLY = { folder: 0o700, file: 0o600 };

/** A file that is written under another name until the export is whole. */
class PartFile {
  private readonly hash = createHash('sha256');
  private documents = 0;
  private bytes = 0;

  constructor(
    readonly name: string,
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  async write(lines: readonly string[]): Promise<void> {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    await this.handle.writeFile(bytes);
    this.hash.update(bytes);
    this.bytes += bytes.length;
    this.documents += lines.length;
  }

  /** Ends it when the disk has it. */
  async end(): Promise<ExportedFile> {
    await this.handle.sync();
    await this.handle.close();
    return { name: this.name, documents: this.documents, bytes: this.bytes, sha256: this.hash.digest('hex') };
  }

  async close(): Promise<void> {
    await this.handle.close().catch(() => undefined);
  }
}

/** The folder of an export that is being made. It is whole when it has its manifest, which comes last. */
export class ExportFolder {
  private readonly files = new Map<string, PartFile>();

  private constructor(private readonly path: string) {}

  /** @throws FolderRefusedError where there is something in it already, or it cannot be made */
  static async create(path: string): Promise<ExportFolder> {
    let found: string[];
    try {
      await mkdir(path, { recursive: true, mode: OWNER_ONLY.folder });
      found = await readdir(path);
    } catch (error) {
      throw toFolderError(path, error);
    }
    if (found.length > 0) throw new FolderRefusedError(`${path} is not empty (${found.slice(0, 3).join(', ')}): export to a new folder.`);
    return new ExportFolder(path);
  }

  /** Adds lines to a file, which is made by the first of them. */
  async write(name: string, lines: readonly string[]): Promise<void> {
    await this.guard(name, async () => {
      const file = this.files.get(name) ?? (await this.create(name));
      await file.write(lines);
    });
  }

  /** Ends all files but the manifest, and answers what they hold. */
  async endFiles(): Promise<ExportedFile[]> {
    const ended: ExportedFile[] = [];
    for (const file of this.files.values()) await this.guard(file.name, async () => void ended.push(await file.end()));
    return ended;
  }

  /** Makes a whole export of it. */
  async seal(manifest: Manifest): Promise<void> {
    await this.write(MANIFEST, [JSON.stringify(manifest, null, 2)]);
    await this.guard(MANIFEST, async () => {
      await this.files.get(MANIFEST)?.end();
      for (const { name, path } of this.files.values()) await rename(path, join(this.path, name));
      await syncFolder(this.path);
    });
  }

  /** Removes what was written: it will not become whole. */
  async discard(): Promise<void> {
    for (const file of this.files.values()) {
      await file.close();
      await rm(file.path, { force: true }).catch(() => undefined);
    }
  }

  private async create(name: string): Promise<PartFile> {
    const path = join(this.path, `${name}.part`);
    const file = new PartFile(name, path, await open(path, 'wx', OWNER_ONLY.file));
    this.files.set(name, file);
    return file;
  }

  private async guard(name: string, work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => {
      throw toFolderError(join(this.path, name), error);
    });
  }
}

// The names are the disk's too then.
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}
