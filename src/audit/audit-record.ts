import type { Id } from '../mongo/index.js';

/** What is recorded. */
export const AUDIT_ACTIONS = [
  'tenant made',
  'tenant changed',
  'tenant suspended',
  'tenant resumed',
  'tenant removed',
  'database dropped',
  'key made',
  'key revoked',
  'calls refused',
  'rooms repaired',
  'messages removed',
  'tenant exported',
  'tenant loaded',
  'user erased',
  'history moved in',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Who did something: by which way, and from which address or as which user of the operating system. */
export interface Actor {
  readonly by: 'admin API' | 'command line' | 'service';
  readonly from: string | null;
}

/** What the service does by itself. */
export const THIS_SERVICE: Actor = { by: 'service', from: null };

/** What somebody did; never with a credential or another secret in it. */
export interface AuditEntry {
  readonly actor: Actor;
  readonly action: AuditAction;
  /** Key of the tenant; null: none was found. */
  readonly tenant: string | null;
  /** Id of the API key that was made or revoked. */
  readonly key: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** An entry as it is stored. */
export interface AuditRecord extends AuditEntry {
  readonly _id: Id;
  readonly at: Date;
}
