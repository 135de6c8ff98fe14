import { AnteroomError } from './errors.js';

/** How rounds go on. */
export interface RoundOptions {
  /** What is done in a round; false: another one has to follow in a while. */
  readonly work: () => Promise<boolean>;
  /** Is told what fails, whether it is tried again or not. */
  readonly onFault: ((error: unknown) => void) | undefined;
  /** The least time from one round to the next, in milliseconds. */
  readonly paceMs?: number;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;

/** Work that is done whenever it is asked for: one round at a time, and one more where it was asked for meanwhile. What fails is tried again, later and later. */
export class Rounds {
  private isAsked = false;
  private isRunning = false;
  private hasEnded = false;
  private failures = 0;

  constructor(private readonly options: RoundOptions) {}

  ask(): void {
    this.isAsked = true;
    if (!this.isRunning) void this.run();
  }

  end(): void {
    this.hasEnded = true;
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    while (this.isAsked && !this.hasEnded) {
      this.isAsked = false;
      await pause(Math.max(await this.round(), this.options.paceMs ?? 0));
    }
    this.isRunning = false;
  }

  // How long the next round has to wait.
  private async round(): Promise<number> {
    try {
      if (await this.options.work()) this.failures = 0;
      else return this.again();
      return 0;
    } catch (error) {
      tell(this.options.onFault, error);
      return isFinal(error) ? 0 : this.again(error);
    }
  }

  private again(error?: unknown): number {
    this.isAsked = true;
    const wanted = error instanceof AnteroomError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
    // Whoever lost a service at once does not come back to it at once.
    return wanted + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures++) * (0.5 + Math.random() / 2);
  }
}

/** Calls a listener; what it throws is as uncaught as in any other listener, and ends nothing here. */
export function tell<T>(listener: ((value: T) => void) | undefined, value: T): void {
  try {
    listener?.(value);
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}

// What the service refuses it refuses again.
function isFinal(error: unknown): boolean {
  return error instanceof AnteroomError && error.status >= 400 && error.status < 500 && error.status !== 429;
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
