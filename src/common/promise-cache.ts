/** Work that is done once for each key and shared by all who ask meanwhile and after; failed work is forgotten, so the next one tries again. */
export class PromiseCache<T> {
  private readonly promises = new Map<string, Promise<T>>();

  /** What `make` makes for `key`, made by the first who asks. */
  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.promises.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.promises.set(key, made);
    made.catch(() => this.promises.delete(key));
    return made;
  }
}
