import { createHash, timingSafeEqual } from 'node:crypto';

import type { Request } from 'express';

/** The credential that stands in an `Authorization`, with or without `Bearer`; null where none does. */
export function sentCredential(authorization: string | undefined): string | null {
  return authorization?.replace(/^Bearer(?: +|$)/i, '').trim() || null;
}

/** True where the request's `Authorization` is `Bearer` and this token. */
export function isBearer(request: Request, token: string): boolean {
  const [, sent] = /^Bearer (.+)$/i.exec(request.get('authorization') ?? '') ?? [];
  return sent !== undefined && isSame(sent, token);
}

// Hashes have one length, so the comparison takes the same time whatever is wrong.
function isSame(token: string, expected: string): boolean {
  return timingSafeEqual(createHash('sha256').update(token).digest(), createHash('sha256').update(expected).digest());
}
