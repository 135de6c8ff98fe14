import { createHash, timingSafeEqual } from 'node:crypto';

import { toKeyName, type ApiKey, type Tenant } from '../tenancy/index.js';
import type { RefusalReason } from './auth.errors.js';
import type { Caller } from './caller.js';

// What a key that is not there is compared with, so that it takes as long as any other.
const NOBODY = '0'.repeat(64);

/** The service that the API key is of, or why it is refused. */
export function callerOfKey(tenant: Tenant, credential: string): Caller | RefusalReason {
  const name = toKeyName(credential);
  const key = tenant.keys.find(({ id }) => id === name?.id);
  const isRight = isHashOf(credential, key?.hash ?? NOBODY);
  if (name?.tenant !== tenant.key) return name === null ? 'wrong' : 'foreign';
  if (key === undefined) return 'unknown or revoked';
  if (!isRight) return 'wrong';
  return isExpired(key) ? 'expired' : toService(key);
}

/** What is stored of an API key. */
export function toKeyHash(credential: string): string {
  return createHash('sha256').update(credential).digest('hex');
}

function toService({ id, role, expires }: ApiKey): Caller {
  return { role, subject: null, vendorIds: [], credential: `key:${id}`, expires };
}

function isHashOf(credential: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(toKeyHash(credential), 'hex'), Buffer.from(hash, 'hex'));
}

function isExpired({ expires }: ApiKey): boolean {
  return expires !== null && expires.getTime() <= Date.now();
}
