import { SEEN_LATE_MS } from '../mongo/index.js';

/** The event that tells a socket that it may have missed something. */
export const CATCH_UP = 'catch-up';

/** Since when something may be missing. */
export interface CatchUp {
  /** Good as `updated_since`: what was committed late or by another clock is allowed for. */
  readonly since: string;
}

/** Something that was stored at that date or later may be missing. */
export function toCatchUp(since: Date): CatchUp {
  return { since: new Date(since.getTime() - SEEN_LATE_MS).toISOString() };
}
