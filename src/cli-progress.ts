const BAR = 30;
const REDRAW_MS = 100;
const LINE_MS = 5_000;

/** How far some work is, on standard error: a bar on a terminal, else a line every few seconds. */
export class Progress {
  private readonly isTerminal = process.stderr.isTTY;
  private saidAt = performance.now();
  private isDrawn = false;

  /** Of `total` of something, `done` are done. */
  step(done: number, total: number): void {
    const now = performance.now();
    if (now - this.saidAt < (this.isTerminal ? REDRAW_MS : LINE_MS)) return;
    this.saidAt = now;
    process.stderr.write(this.isTerminal ? `\r${toBar(done, total)}` : `${toText(done, total)}\n`);
    this.isDrawn = this.isTerminal;
  }

  /** Takes the bar away. */
  end(): void {
    if (this.isDrawn) process.stderr.write('\r\u001B[K');
  }
}

function toBar(done: number, total: number): string {
  const filled = Math.floor(BAR * toPart(done, total));
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${toText(done, total)}`;
}

// How many there are is a guess of MongoDB's, and callers go on sending.
function toText(done: number, total: number): string {
  return `${Math.floor(100 * toPart(done, total))} %  ${done} of about ${Math.max(done, total)}`;
}

function toPart(done: number, total: number): number {
  return Math.min(1, done / Math.max(1, total));
}
