import { writeSync } from 'node:fs';

const STANDARD_OUTPUT = 1;
// A write for each line was a tenth of what a refused call costs, and more of one that comes alone (measured).
const WRITTEN_TOGETHER = 4_096;
const EVERY_MS = 100;
const MOST_WAITING = 1024 * 1024;
const AT_THE_END_MS = 400;
const RETRY_MS = 10;
const LINE_END = Buffer.from('\n');
const NOTHING = Buffer.alloc(0);

/**
 * Where log lines go: some together, within a tenth of a second, and when the process ends. Whoever reads them may stop, leave, or have no more room:
 * then up to a megabyte waits, the rest is lost, and the process goes on. (sonic-boom 4.2, pino's own, tries again for ever and blocks everything.)
 */
export class StandardOutput {
  private lines = '';
  /** What is left of lines that could not be written at once. */
  private rest: Buffer = NOTHING;
  private isTorn = false;

  /** `writeSome` writes to standard output and answers how many bytes of it were taken. */
  constructor(private readonly writeSome = (bytes: Buffer): number => writeSync(STANDARD_OUTPUT, bytes)) {
    // Node makes a pipe one that nobody waits for as soon as somebody asks for it; whoever reads it may leave.
    process.stdout.on('error', () => undefined);
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
      while (this.isWaiting()) this.writeNext();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return;
      // Of a line that is torn the next one is kept apart.
      this.rest = this.isTorn ? LINE_END : NOTHING;
    }
  }

  private isWaiting(): boolean {
    return this.rest.length > 0 || this.lines.length > 0;
  }

  private writeNext(): void {
    if (this.rest.length === 0) [this.rest, this.lines] = [Buffer.from(this.lines), ''];
    const written = this.writeSome(this.rest);
    if (written > 0) this.isTorn = this.rest[written - 1] !== LINE_END[0];
    this.rest = this.rest.subarray(written);
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
