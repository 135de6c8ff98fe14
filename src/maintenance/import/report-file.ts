import { closeSync, openSync, renameSync, writeSync } from 'node:fs';

import { ImportRefusedError } from './import.errors.js';
import type { Finding } from './tally.js';

const WAITING = 65_536;

/** The report of an import as a JSON file: written as it goes, so that it may be of any length, and under its name when it is whole. */
export class ReportFile {
  private readonly file: number;
  private readonly part: string;
  private waiting = '';
  private isFirst = true;

  /** @throws ImportRefusedError where no file can be written there */
  constructor(
    private readonly path: string,
    head: object,
  ) {
    this.part = `${path}.part`;
    this.file = open(this.part, path);
    this.waiting = `${JSON.stringify(head).slice(0, -1)},\n"findings":[`;
  }

  add(finding: Finding): void {
    this.waiting += `${this.isFirst ? '' : ','}\n${JSON.stringify(finding)}`;
    this.isFirst = false;
    if (this.waiting.length >= WAITING) this.flush();
  }

  /** Ends it with what all of it comes to. */
  end(summary: object): void {
    this.waiting += `\n],\n"summary":${JSON.stringify(summary, null, 2)}}\n`;
    this.flush();
    closeSync(this.file);
    renameSync(this.part, this.path);
  }

  private flush(): void {
    writeSync(this.file, this.waiting);
    this.waiting = '';
  }
}

function open(part: string, path: string): number {
  try {
    return openSync(part, 'w');
  } catch (error) {
    throw new ImportRefusedError(`The report cannot be written as ${path} (${(error as NodeJS.ErrnoException).code}). Name another place by --report.`, error);
  }
}
