import { toSized, type Sized } from './sized.js';

/** The next documents of a place. */
export interface Taken {
  readonly all: readonly Sized[];
  /** Whether there are no more of this place. */
  readonly isLast: boolean;
}

// So that what is read at once fits into memory, however large documents are.
const BYTES_AT_ONCE = 8 * 1024 * 1024;

/** Documents in the order of their places, handed out place by place; only one of them is decoded ahead. */
export class ByPlace {
  private batch: readonly Buffer[] = [];
  private at = 0;
  private ahead: Sized | null = null;

  constructor(
    private readonly field: string,
    private readonly batches: AsyncGenerator<Buffer[]>,
  ) {}

  /** The next documents of this place, so many at most, and fewer where they are large. */
  async take(place: number, most: number): Promise<Taken> {
    const all: Sized[] = [];
    for (let bytes = 0; all.length < most && bytes < BYTES_AT_ONCE; ) {
      if (this.ahead === null && this.at === this.batch.length && !(await this.refill())) return { all, isLast: true };
      this.ahead ??= toSized(this.batch[this.at++] as Buffer);
      if (this.ahead.document[this.field] !== place) return { all, isLast: true };
      all.push(this.ahead);
      bytes += this.ahead.bytes.length;
      this.ahead = null;
    }
    return { all, isLast: false };
  }

  /** Ends the reading. */
  async close(): Promise<void> {
    await this.batches.return(undefined);
  }

  private async refill(): Promise<boolean> {
    const next = await this.batches.next();
    if (next.done === true) return false;
    [this.batch, this.at] = [next.value, 0];
    return true;
  }
}
