import { isIPv6 } from 'node:net';

import type { Request } from 'express';

import { isAddressIn } from '../common/index.js';
import type { Tenant } from '../tenancy/index.js';
import type { Caller } from './caller.js';
import { callerAddress } from './caller-address.js';

// Behind a proxy that TRUST_PROXY does not name may be everybody – or one caller, who wrote a forwarding header.
const OF_A_PROXY = 50;
// A backend gone mad leaves something to people, and to other keys.
const OF_A_KEY = 80;
// A whole office, or many customers of a telephone company, may be one address; with a made-up header it is also a proxy, and that is not all either.
const OF_SOCKETS = 40;
// One person has a few devices, or is an account that a team shares.
const SOCKETS_OF_A_PERSON = { percent: 2, atLeast: 5 };

/** Who may use no more than a part of what a tenant may take. */
export interface Share {
  readonly who: string;
  readonly percent: number;
}

/** How much somebody may have. */
export interface Part {
  readonly who: string;
  readonly most: number;
}

/**
 * The share of who calls, so that nobody takes all from others: a person's `percent`, and as much for an address of callers without a
 * credential. API keys, which speak for many, have most of it. Null for the backends of `open_from`.
 */
export function toShare({ open_from: backends }: Tenant, { subject, credential }: Caller, request: Request, percent: number): Share | null {
  if (credential !== null) return { who: credential, percent: subject === null ? Math.max(percent, OF_A_KEY) : percent };
  const address = callerAddress(request);
  return address !== null && isAddressIn(address, backends) ? null : toAddressShare(request, address, percent);
}

function toAddressShare(request: Request, address: string | null, percent: number): Share {
  if (address === null) return { who: `proxy ${request.socket.remoteAddress ?? ''}`, percent: Math.max(percent, OF_A_PROXY) };
  return { who: `network ${toNetwork(address)}`, percent };
}

/** What a share is of so much. */
export function toPart({ who, percent }: Share, all: number): Part {
  return { who, most: Math.ceil((all * percent) / 100) };
}

/** How many sockets that hear nobody there may be of whoever calls, of so many. */
export function toSilentPart(request: Request, all: number): Part {
  return toPart(toAddressShare(request, callerAddress(request), OF_SOCKETS), all);
}

/** How many of a tenant's sockets whoever calls may have; null: all of them. */
export function toSocketPart(tenant: Tenant, caller: Caller, request: Request, all: number): Part | null {
  const share = toShare(tenant, caller, request, OF_SOCKETS);
  if (share === null) return null;
  const { who, most } = toPart(share, all);
  return caller.subject === null ? { who, most } : { who, most: Math.min(most, ofAPerson(all)) };
}

function ofAPerson(all: number): number {
  return Math.max(SOCKETS_OF_A_PERSON.atLeast, Math.ceil((all * SOCKETS_OF_A_PERSON.percent) / 100));
}

// Whoever has an address of IPv6 has all of its network of 64 bits.
function toNetwork(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [first = [], last = []] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  return [...first, ...zeros, ...last].slice(0, 4).join(':');
}
