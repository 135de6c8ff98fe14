import { randomBytes } from 'node:crypto';

/** The databases that tenants can have. */
export const TENANT_DATABASES = /^anteroom_/;

// Random, so that no request can ever say it, and a key that is used again never meets the data of its predecessor.
/** A name for a new tenant's database, at most 63 bytes for a key of 40. */
export function newDatabaseName(key: string): string {
  return `anteroom_${key}_${randomBytes(6).toString('hex')}`;
}
