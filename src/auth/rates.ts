import { Injectable } from '@nestjs/common';

// Screens ask in bursts: each message of a deployment makes all its open ones ask again.
const BURST_MS = 3_000;
const TIDY_MS = 10_000;

/** How often somebody may do something. */
export interface Rate {
  /** Tells them, and what they do, from all others. */
  readonly key: string;
  readonly perSecond: number;
}

/** A rate that is exceeded. */
export interface Exceeded {
  readonly perSecond: number;
  /** Milliseconds until one more will not exceed it. */
  readonly ms: number;
}

/**
 * How much everybody did here of late: three seconds' worth at once, and from then on evenly as much as the rate allows. What exceeds a
 * rate takes nothing of it. The generic cell rate algorithm (ITU-T I.371): of each key only the moment is known until which all that it did is paid for.
 */
@Injectable()
export class Rates {
  private readonly paidFor = new Map<string, number>();
  private tidied = performance.now();

  /** Counts one for each of these, up to the first that is exceeded; answers that one, or null. */
  count(rates: readonly Rate[]): Exceeded | null {
    const now = performance.now();
    this.tidy(now);
    for (const rate of rates) {
      const name = nameOf(rate);
      const until = this.paidUntil(name, now);
      const exceeded = judge(rate, until - now);
      if (exceeded !== null) return exceeded;
      this.paidFor.set(name, until + 1_000 / rate.perSecond);
    }
    return null;
  }

  /** What one more would exceed, or null; counts nothing. */
  exceededOf(rate: Rate): Exceeded | null {
    const now = performance.now();
    return judge(rate, this.paidUntil(nameOf(rate), now) - now);
  }

  private paidUntil(name: string, now: number): number {
    return Math.max(this.paidFor.get(name) ?? now, now);
  }

  // Who did nothing for long enough is as one who never did anything.
  private tidy(now: number): void {
    if (now - this.tidied < TIDY_MS) return;
    this.tidied = now;
    for (const [key, until] of this.paidFor) if (until <= now) this.paidFor.delete(key);
  }
}

// A rate that was changed is another one, and in force at once.
function nameOf({ key, perSecond }: Rate): string {
  return `${key} ${perSecond}`;
}

function judge({ perSecond }: Rate, paidMs: number): Exceeded | null {
  // Half a one is the tolerance for sums of fractions.
  const ms = paidMs - BURST_MS + 500 / perSecond;
  return ms <= 0 ? null : { perSecond, ms };
}

/** Whole seconds after which one more will not exceed the rate. */
export function toSeconds({ ms }: Exceeded): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
