// Telling for people and secret scanners, and like nothing that other services issue.
const KEY = /^anteroom_key_([a-z0-9-]{1,40})_([0-9a-f]{12})_[0-9a-f]{48}$/;

/** Where every API key begins. */
export const KEY_PREFIX = 'anteroom_key_';

/** What stands in an API key for everybody to read. */
export interface KeyName {
  readonly tenant: string;
  readonly id: string;
}

/** What the credential says of itself, where it has the form of an API key. */
export function toKeyName(credential: string): KeyName | null {
  const [, tenant, id] = KEY.exec(credential) ?? [];
  return tenant === undefined || id === undefined ? null : { tenant, id };
}
