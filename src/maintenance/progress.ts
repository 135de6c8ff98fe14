/** Where progress is written: standard error, or what stands in for it. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const WIDTH = 24;
const EVERY_MS = { terminal: 200, lines: 5_000 } as const;

/** Says how far something is, how fast it goes and how long it takes still: in one line on a terminal, else in a line every few seconds. */
export class Progress {
  private what = '';
  private total: number | null = null;
  private done = 0;
  private began = performance.now();
  private said = 0;

  constructor(private readonly output: ProgressOutput) {}

  /** Begins something else; `total` null: nobody knows how much it is. */
  begin(what: string, total: number | null): void {
    this.sayLast();
    Object.assign(this, { what, total, done: 0, began: performance.now() });
    this.say();
  }

  /** How much it is, as soon as somebody knows. */
  expect(total: number): void {
    this.total = total;
    this.say();
  }

  advance(by: number): void {
    this.done += by;
    if (performance.now() - this.said >= (this.isTerminal ? EVERY_MS.terminal : EVERY_MS.lines)) this.say();
  }

  /** Says how it ended, and leaves the line to others. */
  end(): void {
    this.sayLast();
    if (this.isTerminal && this.said > 0) this.output.write('\n');
  }

  // How far what was going on has come.
  private sayLast(): void {
    if (this.done > 0) this.say();
  }

  private say(): void {
    this.said = performance.now();
    this.output.write(this.isTerminal ? `\r\u001B[K${this.text()}` : `${this.text()}\n`);
  }

  private text(): string {
    const { total, done, what } = this;
    const seconds = (performance.now() - this.began) / 1_000;
    const rate = done / Math.max(seconds, 0.001);
    if (total === null) return done === 0 ? `${what} …` : `${done} ${what}, ${Math.round(rate)} a second …`;
    const part = total === 0 ? 1 : Math.min(done / total, 1);
    const bar = this.isTerminal ? `[${'#'.repeat(Math.round(part * WIDTH)).padEnd(WIDTH, '.')}] ` : '';
    const left = done === 0 ? '' : `, ${toSpan(Math.max(total - done, 0) / rate)} left`;
    return `${bar}${done} of ${total} ${what} (${Math.floor(part * 100)} %), ${Math.round(rate)} a second${left}`;
  }

  private get isTerminal(): boolean {
    return this.output.isTTY === true;
  }
}

function toSpan(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
