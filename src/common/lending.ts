import { LRUCache } from 'lru-cache';

interface Loan<T> {
  readonly thing: T;
  users: number;
  isLeaving: boolean;
}

/** Things that are made on first use and lent: those used last are kept, and one that has to go is closed by its last user. */
export class Lending<T> {
  private readonly kept: LRUCache<string, Loan<T>>;
  // Had to go while somebody was using them: closed by the last one, or taken up again.
  private readonly leaving = new Map<string, Loan<T>>();
  private readonly loans = new Set<Loan<T>>();

  constructor(
    most: number,
    private readonly close: (thing: T) => void,
  ) {
    this.kept = new LRUCache({
      max: most,
      dispose: (loan, key, reason) => {
        if (reason !== 'set') this.release(key, loan);
      },
    });
  }

  /** Runs `work` on the thing of that key, which is not closed meanwhile. */
  async lend<R>(key: string, make: () => T, work: (thing: T) => Promise<R>): Promise<R> {
    const loan = this.take(key, make);
    loan.users++;
    try {
      return await work(loan.thing);
    } finally {
      loan.users--;
      this.closeLeaving(key, loan);
    }
  }

  /** Lends the thing of that key, if it still is this one, to nobody more: the next one gets a new one. */
  dismiss(key: string, thing: T): void {
    if ((this.kept.peek(key) ?? this.leaving.get(key))?.thing !== thing) return;
    this.kept.delete(key);
    this.leaving.delete(key);
  }

  /** All that are not closed yet. */
  all(): T[] {
    return [...this.loans].map(({ thing }) => thing);
  }

  /** How many are not closed yet. */
  get size(): number {
    return this.loans.size;
  }

  private take(key: string, make: () => T): Loan<T> {
    const loan = this.kept.get(key) ?? this.leaving.get(key) ?? { thing: make(), users: 0, isLeaving: false };
    this.loans.add(loan);
    this.leaving.delete(key);
    loan.isLeaving = false;
    if (!this.kept.has(key)) this.kept.set(key, loan);
    return loan;
  }

  private release(key: string, loan: Loan<T>): void {
    loan.isLeaving = true;
    this.leaving.set(key, loan);
    this.closeLeaving(key, loan);
  }

  private closeLeaving(key: string, loan: Loan<T>): void {
    if (!loan.isLeaving || loan.users > 0) return;
    if (this.leaving.get(key) === loan) this.leaving.delete(key);
    this.loans.delete(loan);
    this.close(loan.thing);
  }
}
