import { Injectable } from '@nestjs/common';

import { sentCredential } from '../common/index.js';
import { KEY_PREFIX, TenantDirectory, type Tenant, type TenantRequest } from '../tenancy/index.js';
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
 * They are those whose tenant no body can change: the holders of API keys, and callers of a path of `/t/<key>` by their address and credential.
 */
@Injectable()
export class PausedCallers {
  private readonly paused = new Map<string, Paused & { readonly until: number }>();

  constructor(private readonly directory: TenantDirectory) {}

  /** Remembers who made the call that was one too many. */
  note(request: TenantRequest, tenant: Tenant, exceeded: Exceeded): void {
    const who = toName(request);
    if (who === null) return;
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

function toName({ pathKey, headers, socket }: TenantRequest): string | null {
  const credential = sentCredential(headers.authorization);
  if (credential?.startsWith(KEY_PREFIX)) return credential;
  return pathKey === undefined ? null : JSON.stringify([pathKey, credential, socket.remoteAddress, headers['x-forwarded-for']]);
}
