// So many seconds' worth may be over before it is exhausted.
const PATIENCE_S = 20;

/**
 * How much somebody may still send: `perSecond`, and twice as much at once. What is over counts too, so that who goes on has to wait. (The
 * limiters of libraries answer by a promise; a frame has to be judged before the next line of engine.io.)
 */
export class Allowance {
  private left: number;
  private since = performance.now();

  constructor(private readonly perSecond: number) {
    this.left = 2 * perSecond;
  }

  /** False where this is over. */
  take(): boolean {
    const now = performance.now();
    this.left = Math.min(2 * this.perSecond, this.left + ((now - this.since) / 1_000) * this.perSecond) - 1;
    this.since = now;
    return this.left >= 0;
  }

  get isExhausted(): boolean {
    return this.left < -PATIENCE_S * this.perSecond;
  }
}
