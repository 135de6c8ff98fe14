/** How many there are of each; two are the same where `nameOf` says so. */
export class Tally<T> {
  private readonly counted = new Map<string, { readonly one: T; count: number }>();

  constructor(private readonly nameOf: (one: T) => string) {}

  add(one: T): void {
    const known = this.counted.get(this.nameOf(one));
    if (known === undefined) this.counted.set(this.nameOf(one), { one, count: 1 });
    else known.count++;
  }

  remove(one: T): void {
    const known = this.counted.get(this.nameOf(one));
    if (known !== undefined && --known.count === 0) this.counted.delete(this.nameOf(one));
  }

  /** Those of which there is any, one of each. */
  all(): T[] {
    return [...this.counted.values()].map(({ one }) => one);
  }
}
