import { Injectable } from '@nestjs/common';

import { hashOf, sentCredential } from '../common/index.js';
import { KEY_PREFIX, TenantDirectory, type Tenant, type TenantRequest } from '../tenancy/index.js';
import { callerAddress } from './caller-address.js';
import type { Exceeded } from './rates.js';

// Whoever is forgotten is refused a little later: by the count itself.
const MOST = 10_000;

/** Whose calls too many there were, and of which tenant. */
export interface Paused {
  readonly tenant: Tenant;
  readonly exceeded: Exceeded;
}

/**
 * Callers who have just exceeded a rate, until one more call would not: known by what stands before a call's body, so that a flood costs little.
 * They are those whose tenant no body can change: the holders of API keys, and callers of a path with their tenant's key by address and credential.
 * All of that is kept as a hash, as long as any other.
 */
@Injectable()
export class PausedCallers {
  private readonly paused = new Map<string, Paused & { readonly until: number }>();

  constructor(private readonly directory: TenantDirectory) {}

  /** Remembers who made the call that was one too many. */
  note(request: TenantRequest, tenant: Tenant, exceeded: Exceeded): void {
    const who = toName(request);
    // Where nobody has the key of the path, the body decides: the next one may be another tenant's.
    if (who === null || (request.pathKey !== undefined && request.pathKey !== tenant.key)) return;
    if (this.paused.size >= MOST) this.paused.clear();
    this.paused.set(who, { tenant, exceeded, until: performance.now() + exceeded.ms });
  }

  /** What the call would exceed, where that is known already; null where it has to be counted. */
  find(request: TenantRequest): Paused | null {
    if (this.paused.size === 0) return null;
    const who = toName(request);
    const paused = who === null ? undefined : this.paused.get(who);
    if (who === null || paused === undefined) return null;
    const ms = paused.until - performance.now();
    // What was changed, its limits or its keys, is in force at once.
    if (ms > 0 && this.directory.findByKey(paused.tenant.key) === paused.tenant) return { tenant: paused.tenant, exceeded: { ...paused.exceeded, ms } };
    this.paused.delete(who);
    return null;
  }
}

function toName(request: TenantRequest): string | null {
  const credential = sentCredential(request.headers.authorization);
  if (credential?.startsWith(KEY_PREFIX)) return hashOf([credential]);
  return request.pathKey === undefined ? null : hashOf([request.pathKey, credential, callerAddress(request), request.socket.remoteAddress]);
}
