import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';

// Screens ask in bursts: each message of a deployment makes all its open ones ask again.
const BURST_SECONDS = 2;
const BURST_WINDOW_SECONDS = 10;
// A limiter of the library has one limit for all; each tenant can have its own, so `penalty` counts here and the judgement is ours.
const NOBODYS = 0;

/** How often somebody may do something. */
export interface Rate {
  /** Tells them, and what they do, from all others. */
  readonly key: string;
  readonly perSecond: number;
}

/** A rate that is exceeded. */
export interface Exceeded {
  readonly perSecond: number;
  /** Whole seconds until there are as many again. */
  readonly seconds: number;
}

/** How much everybody did here of late. What is counted is forgotten with its window. */
@Injectable()
export class Rates {
  private readonly seconds = new RateLimiterMemory({ points: NOBODYS, duration: 1 });
  private readonly bursts = new RateLimiterMemory({ points: NOBODYS, duration: BURST_WINDOW_SECONDS });

  /** Counts one for each of these, up to the first that is exceeded; answers that one, or null. */
  async count(rates: readonly Rate[]): Promise<Exceeded | null> {
    for (const rate of rates) {
      const exceeded = await this.countOne(rate);
      if (exceeded !== null) return exceeded;
    }
    return null;
  }

  /** What one more would exceed, or null; counts nothing. */
  async exceededOf({ key, perSecond }: Rate): Promise<Exceeded | null> {
    const second = await this.seconds.get(key);
    if (second === null || second.consumedPoints < perSecond) return null;
    const burst = await this.bursts.get(key);
    return burst === null || burst.consumedPoints < BURST_SECONDS * perSecond ? null : toExceeded(perSecond, second);
  }

  private async countOne({ key, perSecond }: Rate): Promise<Exceeded | null> {
    const second = await this.seconds.penalty(key);
    if (second.consumedPoints <= perSecond) return null;
    const burst = await this.bursts.penalty(key);
    return burst.consumedPoints <= BURST_SECONDS * perSecond ? null : toExceeded(perSecond, second);
  }
}

function toExceeded(perSecond: number, { msBeforeNext }: RateLimiterRes): Exceeded {
  return { perSecond, seconds: Math.max(1, Math.ceil(msBeforeNext / 1_000)) };
}
