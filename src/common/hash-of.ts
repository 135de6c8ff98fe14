import { createHash } from 'node:crypto';

/** SHA-256 of these values as JSON, in the letters of base64url: tells them from all others, and not what they are. */
export function hashOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
