import type { Response } from 'express';

import { toSeconds, type Exceeded } from './rates.js';

/** Says in the answer which rate is exceeded. */
export function tellExceeded(response: Response, exceeded: Exceeded): void {
  response.setHeader('RateLimit-Limit', exceeded.perSecond).setHeader('RateLimit-Remaining', 0).setHeader('RateLimit-Reset', toSeconds(exceeded));
}
