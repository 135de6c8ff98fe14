import type { Response } from 'express';

import type { Exceeded } from './rates.js';

/** Says in the answer which rate is exceeded. */
export function tellExceeded(response: Response, { perSecond, seconds }: Exceeded): void {
  response.setHeader('RateLimit-Limit', perSecond).setHeader('RateLimit-Remaining', 0).setHeader('RateLimit-Reset', seconds);
}
