/** What a caller can be; `anonymous` has no credential and is admitted without one. */
export type Role = 'service' | 'reader' | 'admin' | 'agent' | 'user' | 'vendor' | 'anonymous';

/** The roles that a person's token can give. */
export const PERSON_ROLES = ['agent', 'user', 'vendor', 'admin'] as const satisfies readonly Role[];

export type PersonRole = (typeof PERSON_ROLES)[number];

/** Who is asking. */
export interface Caller {
  readonly role: Role;
  /** Its id in the deployment; null for services and callers without a credential. */
  readonly subject: string | null;
  /** Shops that it speaks for. */
  readonly vendorIds: readonly string[];
  /** Tells its credential from others of the tenant, for limits and logs; nothing of its secret is in it. Null: it has none. */
  readonly credential: string | null;
  /** When the credential ends; null: never. */
  readonly expires: Date | null;
}

/** A caller that is admitted without a credential. */
export const ANONYMOUS: Caller = { role: 'anonymous', subject: null, vendorIds: [], credential: null, expires: null };

/** The person that a token names. */
export function toPerson(role: PersonRole, subject: string, { vendorIds = [], expires = null }: Partial<Pick<Caller, 'vendorIds' | 'expires'>> = {}): Caller {
  return { role, subject, vendorIds, credential: `${role}:${subject}`, expires };
}
