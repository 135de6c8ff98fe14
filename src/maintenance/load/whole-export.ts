import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { StoredDocument } from '../../mongo/index.js';
import { fileOf, MANIFEST, parseManifest, SETTINGS, type ExportedFile, type Manifest } from '../export/manifest.js';
import { FolderRefusedError, toFolderError } from '../folder.errors.js';
import { STORED_COLLECTIONS, type StoredCollection } from '../stored-collections.js';
import { Lines } from './lines.js';
import { toLoadedDocument } from './loaded-document.js';

const AT_ONCE = { documents: 1_000, characters: 8_000_000 };

/** Documents of a collection, and where each stands. */
export interface LoadedBatch {
  readonly documents: readonly StoredDocument[];
  /** Number of each one's line. */
  readonly lines: readonly number[];
}

/** A folder that somebody exported to. */
export class WholeExport {
  private constructor(
    private readonly path: string,
    readonly manifest: Manifest,
    /** Tells it from every other one. */
    readonly id: string,
  ) {}

  /** @throws FolderRefusedError where it is not there, not whole, or of another version */
  static async open(folder: string): Promise<WholeExport> {
    const path = join(folder, MANIFEST);
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      const { message } = toFolderError(path, error);
      throw new FolderRefusedError(`${message} ${folder} is no whole export.`, error);
    });
    return new WholeExport(folder, parseManifest(path, text), createHash('sha256').update(text).digest('hex'));
  }

  /** How many documents all collections have together. */
  get total(): number {
    return STORED_COLLECTIONS.reduce((sum, { name }) => sum + this.fileOf(name).documents, 0);
  }

  fileOf(collection: string): ExportedFile {
    return this.get(fileOf(collection));
  }

  /** Where a line stands, for people. */
  placeOf(collection: string, line: number): string {
    return `${join(this.path, fileOf(collection))}:${line}`;
  }

  /** Looks at every line and checksum. @throws FolderRefusedError that names file and line */
  async check(onStep: (documents: number) => void): Promise<void> {
    for (const collection of STORED_COLLECTIONS) {
      await this.read(collection, ({ documents }) => {
        onStep(documents.length);
        return Promise.resolve();
      });
    }
    const lines = new Lines(join(this.path, SETTINGS));
    await lines.skip();
    this.checkSum(SETTINGS, lines, null);
  }

  /** Reads a collection, some documents at a time. @throws FolderRefusedError that names file and line */
  async read(collection: StoredCollection, take: (batch: LoadedBatch) => Promise<void>): Promise<void> {
    const lines = new Lines(join(this.path, fileOf(collection.name)));
    let fault: string | null = null;
    let batch = new Gathering();
    for await (const line of lines.read()) {
      // The rest is read still: a checksum that differs says more.
      if (fault !== null) continue;
      try {
        batch.add(toLoadedDocument(line, collection), line.number, line.text?.length ?? 0);
      } catch (error) {
        fault = `${this.placeOf(collection.name, line.number)}: ${(error as Error).message}.`;
      }
      if (fault !== null || !batch.isFull) continue;
      await take(batch);
      batch = new Gathering();
    }
    this.checkSum(fileOf(collection.name), lines, fault);
    await take(batch);
  }

  private checkSum(name: string, { bytes, count, sha256 }: Lines, fault: string | null): void {
    const wanted = this.get(name);
    const path = join(this.path, name);
    const also = fault === null ? '' : ` ${fault}`;
    if (bytes !== wanted.bytes) throw new FolderRefusedError(`${path} has ${bytes} bytes, and ${wanted.bytes} when it was exported: it was changed since.${also}`);
    if (sha256 !== wanted.sha256) throw new FolderRefusedError(`${path} has another sha256 than when it was exported: it was changed since.${also}`);
    if (fault !== null) throw new FolderRefusedError(fault);
    if (name !== SETTINGS && count !== wanted.documents) throw new FolderRefusedError(`${path} has ${count} lines, and ${MANIFEST} says ${wanted.documents} documents.`);
  }

  private get(name: string): ExportedFile {
    const file = this.manifest.files.find((one) => one.name === name);
    if (file === undefined) throw new FolderRefusedError(`${MANIFEST} does not name ${name}.`);
    return file;
  }
}

class Gathering implements LoadedBatch {
  readonly documents: StoredDocument[] = [];
  readonly lines: number[] = [];
  private characters = 0;

  add(document: StoredDocument, line: number, characters: number): void {
    this.documents.push(document);
    this.lines.push(line);
    this.characters += characters;
  }

  get isFull(): boolean {
    return this.documents.length >= AT_ONCE.documents || this.characters >= AT_ONCE.characters;
  }
}
