import { isIP } from 'node:net';

import type { Request } from 'express';

// What proxies, load balancers and content networks write; any of them says that somebody stands between.
const FORWARDING =
  /^(forwarded|via|cdn-loop|(true-|fastly-|x-|x-cluster-)?client-ip|cf-.*|x-real-ip|x-remote-(ip|addr)|x-proxyuser-ip|x-(forwarded|original|azure|appengine|envoy)(-.*)?)$/;

/**
 * The address that a call surely comes from, or null where a proxy stands between that `TRUST_PROXY` does not name:
 * its address says nothing about the caller.
 */
export function callerAddress(request: Request): string | null {
  const peer = request.socket.remoteAddress ?? null;
  if (!Object.keys(request.headers).some((header) => FORWARDING.test(header))) return peer;
  const trusts = request.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  if (peer === null || !trusts(peer, 0) || !isAddressList(request.get('x-forwarded-for'))) return null;
  return request.ip ?? null;
}

function isAddressList(header: string | undefined): boolean {
  return header?.split(',').every((address) => isIP(address.trim()) !== 0) === true;
}
