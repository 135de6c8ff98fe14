import type { Request } from 'express';

const FORWARDING_HEADERS = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
  'via',
];

/**
 * The address that a call surely comes from, or null where a proxy stands between that `TRUST_PROXY` does not name:
 * its address says nothing about the caller.
 */
export function callerAddress(request: Request): string | null {
  const peer = request.socket.remoteAddress ?? null;
  if (!FORWARDING_HEADERS.some((header) => header in request.headers)) return peer;
  const trusts = request.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  const trusted = peer !== null && trusts(peer, 0) && 'x-forwarded-for' in request.headers;
  return trusted ? (request.ip ?? null) : null;
}
