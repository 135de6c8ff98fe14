/** Work that overlaps, so many pieces at once at most. */
export class Overlap {
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly most: number) {}

  /** Begins a piece as soon as there is room for it. @throws what a piece before it has failed with */
  async begin(work: () => Promise<void>): Promise<void> {
    while (this.running.size >= this.most) await Promise.race(this.running);
    const piece = work();
    this.running.add(piece);
    // One that fails stays, so that whoever waits next is told.
    piece.then(
      () => this.running.delete(piece),
      () => undefined,
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
