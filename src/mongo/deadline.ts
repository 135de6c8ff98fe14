import { DatabaseUnavailableError } from './mongo.errors.js';

/** The time that database work may take; work that gets on in steps renews it with each. */
export class Deadline {
  private timer: NodeJS.Timeout | undefined;
  private reject: (error: DatabaseUnavailableError) => void = () => undefined;
  private passed = false;

  constructor(private readonly ms: number) {}

  /** Runs `work`; what comes later than the deadline is not waited for. @throws DatabaseUnavailableError when it passes */
  async bound<T>(work: () => Promise<T>): Promise<T> {
    const late = new Promise<never>((_, reject) => (this.reject = reject));
    this.renew();
    try {
      return await Promise.race([work(), late]);
    } finally {
      clearTimeout(this.timer);
    }
  }

  /** Begins the time anew: there was progress. */
  renew(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.pass(), this.ms);
  }

  /** @throws DatabaseUnavailableError when the deadline has passed: its caller has been answered */
  check(): void {
    if (this.passed) throw new DatabaseUnavailableError();
  }

  private pass(): void {
    this.passed = true;
    this.reject(new DatabaseUnavailableError(new Error(`no answer from MongoDB within ${this.ms} ms`)));
  }
}
