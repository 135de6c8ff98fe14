/** Work that overlaps, so many pieces at once at most. */
export class Overlap {
  private readonly running = new Set<Promise<void>>();
  private hasFailed = false;

  constructor(private readonly most: number) {}

  /** Begins a piece as soon as there is room for it. @throws what a piece before it has failed with */
  async begin(work: () => Promise<void>): Promise<void> {
    while (this.hasFailed || this.running.size >= this.most) await Promise.race(this.running);
    const piece = work();
    this.running.add(piece);
    piece.then(
      () => this.running.delete(piece),
      // It stays, so that whoever waits next is told.
      () => (this.hasFailed = true),
    );
  }

  /** Waits until nothing runs any more. @throws what a piece has failed with */
  async end(): Promise<void> {
    await Promise.all(this.running);
  }

  /** Waits until nothing runs any more, however it ends. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.running);
  }
}
