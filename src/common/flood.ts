const SILENCE_MS = 1_000;

/** Lets one of many a second be told. */
export class Flood {
  private until = 0;
  private untold = 0;

  /** Counts one; answers how many were not told since the last that was, or null where this one should not be told either. */
  count(now = performance.now()): number | null {
    if (now < this.until) {
      this.untold += 1;
      return null;
    }
    const { untold } = this;
    this.until = now + SILENCE_MS;
    this.untold = 0;
    return untold;
  }
}
