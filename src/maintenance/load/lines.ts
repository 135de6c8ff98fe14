import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

import { MOST_DOCUMENT_BYTES } from '../../mongo/index.js';
import { FolderRefusedError, toFolderError } from '../folder.errors.js';

// The most that Extended JSON makes of a document's bytes: control characters become six each.
const MOST_LINE_BYTES = 6 * MOST_DOCUMENT_BYTES;
const NEWLINE = 10;

/** A line of a file: its number, from 1, and what it says; `text` null: it is no UTF-8. */
export interface Line {
  readonly number: number;
  readonly text: string | null;
}

/** The lines of a file, and what the file was when they have all been read. */
export class Lines {
  bytes = 0;
  count = 0;
  private readonly hash = createHash('sha256');
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(private readonly path: string) {}

  get sha256(): string {
    return this.hash.copy().digest('hex');
  }

  /** Reads the file, a line in memory at a time. @throws FolderRefusedError */
  async *read(): AsyncGenerator<Line> {
    const parts: Buffer[] = [];
    for await (const bytes of this.chunks()) {
      let from = 0;
      for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, from)) {
        yield this.toLine([...parts.splice(0), bytes.subarray(from, at)]);
        from = at + 1;
      }
      if (from < bytes.length) parts.push(bytes.subarray(from));
      this.checkLength(parts);
    }
    if (parts.length > 0) yield this.toLine(parts);
  }

  /** Reads the file for what it is only. @throws FolderRefusedError */
  async skip(): Promise<void> {
    const chunks = this.chunks();
    while ((await chunks.next()).done !== true);
  }

  private async *chunks(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of createReadStream(this.path, { highWaterMark: 1_048_576 })) {
        const bytes = chunk as Buffer;
        this.hash.update(bytes);
        this.bytes += bytes.length;
        yield bytes;
      }
    } catch (error) {
      throw toFolderError(this.path, error);
    }
  }

  private toLine(parts: readonly Buffer[]): Line {
    return { number: ++this.count, text: this.decode(Buffer.concat(parts)) };
  }

  private decode(bytes: Buffer): string | null {
    try {
      return this.decoder.decode(bytes);
    } catch {
      return null;
    }
  }

  private checkLength(parts: readonly Buffer[]): void {
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    if (bytes > MOST_LINE_BYTES) throw new FolderRefusedError(`${this.path}:${this.count + 1}: the line is longer than any document can be.`);
  }
}
