import { toDocument } from '../../mongo/index.js';
import type { OldDocument } from './old-documents.js';

/** Documents in the order of their places, handed out place by place; only one of them is decoded ahead. */
export class ByPlace {
  private batch: readonly Buffer[] = [];
  private at = 0;
  private ahead: OldDocument | null = null;

  constructor(
    private readonly field: string,
    private readonly batches: AsyncIterator<Buffer[]>,
  ) {}

  /** The next documents of this place, so many at most. */
  async take(place: number, most: number): Promise<OldDocument[]> {
    const taken: OldDocument[] = [];
    while (taken.length < most) {
      if (this.ahead === null && this.at === this.batch.length && !(await this.refill())) break;
      this.ahead ??= toDocument(this.batch[this.at++] as Buffer);
      if (this.ahead[this.field] !== place) break;
      taken.push(this.ahead);
      this.ahead = null;
    }
    return taken;
  }

  private async refill(): Promise<boolean> {
    const next = await this.batches.next();
    if (next.done === true) return false;
    [this.batch, this.at] = [next.value, 0];
    return true;
  }
}
