import { BsonFields, toDocument, TYPES } from '../../mongo/index.js';

/** The next documents of a place. */
export interface Taken {
  readonly all: readonly Buffer[];
  /** Whether there are no more of this place. */
  readonly isLast: boolean;
}

// So that what is read at once fits into memory, however large documents are.
const BYTES_AT_ONCE = 1024 * 1024;

/** Documents in the order of their places, handed out place by place. */
export class ByPlace {
  private batch: readonly Buffer[] = [];
  private at = 0;
  private readonly fields: BsonFields;
  private next: Promise<IteratorResult<Buffer[]>>;

  /** `field` is where each document says its place. */
  constructor(
    private readonly field: string,
    private readonly batches: AsyncGenerator<Buffer[]>,
  ) {
    this.fields = new BsonFields([field]);
    this.next = this.ask();
  }

  /** The next documents of this place, so many at most, and fewer where they are large. */
  async take(place: number, most: number): Promise<Taken> {
    const all: Buffer[] = [];
    for (let bytes = 0; all.length < most && bytes < BYTES_AT_ONCE; ) {
      if (this.at === this.batch.length && !(await this.refill())) return { all, isLast: true };
      const next = this.batch[this.at] as Buffer;
      if (this.placeOf(next) !== place) return { all, isLast: true };
      all.push(next);
      bytes += next.length;
      this.at++;
    }
    return { all, isLast: false };
  }

  /** Ends the reading. */
  async close(): Promise<void> {
    await this.batches.return(undefined);
  }

  private async refill(): Promise<boolean> {
    const next = await this.next;
    if (next.done === true) return false;
    [this.batch, this.at] = [next.value, 0];
    this.next = this.ask();
    return true;
  }

  // Ahead, so that the source reads while what it has sent is stored.
  private ask(): Promise<IteratorResult<Buffer[]>> {
    const next = this.batches.next();
    // Told to whoever takes it.
    next.catch(() => undefined);
    return next;
  }

  private placeOf(bytes: Buffer): unknown {
    const isFound = this.fields.find(bytes, 0) && this.fields.types[0] === TYPES.int32;
    return isFound ? bytes.readInt32LE(this.fields.places[0]) : toDocument(bytes)[this.field];
  }
}
