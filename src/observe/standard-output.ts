import { writeSync } from 'node:fs';

const STANDARD_OUTPUT = 1;
// A write for each line was a tenth of what a refused call costs, and more of one that comes alone (measured).
const WRITTEN_TOGETHER = 4_096;
const EVERY_MS = 100;
const MOST_WAITING = 1024 * 1024;
const AT_THE_END_MS = 1_000;
const RETRY_MS = 10;
const NOTHING = Buffer.alloc(0);

/**
 * Where log lines go: some together, within a tenth of a second, and when the process ends. Whoever reads them may stop, leave, or have no more room:
 * then up to a megabyte waits, the rest is lost, and the process goes on. (sonic-boom 4.2, pino's own, tries again for ever and blocks everything.)
 */
export class StandardOutput {
  private lines = '';
  /** What is left of lines that could not be written at once. */
  private rest: Buffer = NOTHING;

  constructor() {
    setInterval(() => this.flush(), EVERY_MS).unref();
    process.once('exit', () => this.end());
  }

  /** Takes a line with its end. */
  write(line: string): void {
    if (this.lines.length + this.rest.length > MOST_WAITING) return;
    this.lines += line;
    if (this.lines.length >= WRITTEN_TOGETHER) this.flush();
  }

  /** Writes what waits, as far as it is taken at once. */
  flush(): void {
    try {
      while (this.isWaiting()) {
        if (this.rest.length === 0) [this.rest, this.lines] = [Buffer.from(this.lines), ''];
        this.rest = this.rest.subarray(writeSync(STANDARD_OUTPUT, this.rest));
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') this.rest = NOTHING;
    }
  }

  private isWaiting(): boolean {
    return this.rest.length > 0 || this.lines.length > 0;
  }

  private end(): void {
    const deadline = Date.now() + AT_THE_END_MS;
    this.flush();
    while (this.isWaiting() && Date.now() < deadline) {
      Atomics.wait(SLEEPS, 0, 0, RETRY_MS);
      this.flush();
    }
  }
}

const SLEEPS = new Int32Array(new SharedArrayBuffer(4));
