import { isDeepStrictEqual } from 'node:util';

import type { Actor, AuditEntry } from '../audit/index.js';
import type { ApiKey, Tenant } from './tenant.js';

// What the service writes by itself, and what has actions of its own.
const UNNAMED: ReadonlySet<string> = new Set(['key', 'keys', 'status', 'database', 'index_versions', 'created_date', 'updated_date']);

/** What is recorded of a change of a tenant (null: it was not there, or is no more): names of fields, never their values. */
export function toAuditEntries(actor: Actor, before: Tenant | null, after: Tenant | null): AuditEntry[] {
  const tenant = (after ?? before)?.key ?? null;
  const plain: Plain[] = [...ofTenant(before, after), ...ofStatus(before, after), ...ofKeys(before, after)];
  return plain.map(({ action, key = null, details = {} }) => ({ actor, action, tenant, key, details }));
}

/** Keys that the change takes away. */
export function keysRemoved(before: Tenant | null, after: Tenant | null): ApiKey[] {
  return keysOnlyIn(before, after);
}

type Plain = Pick<AuditEntry, 'action'> & Partial<Pick<AuditEntry, 'key' | 'details'>>;

function ofTenant(before: Tenant | null, after: Tenant | null): Plain[] {
  if (before === null) return after === null ? [] : [{ action: 'tenant made', details: { database: after.database } }];
  if (after === null) return [{ action: 'tenant removed', details: { database: before.database } }];
  const fields = Object.keys({ ...before, ...after }).filter((field) => !UNNAMED.has(field)) as (keyof Tenant)[];
  const changed = fields.flatMap((field) => namesOfChanged(field, before[field], after[field]));
  return changed.length === 0 ? [] : [{ action: 'tenant changed', details: { fields: changed } }];
}

function ofStatus(before: Tenant | null, after: Tenant | null): Plain[] {
  if (after === null || after.status === (before?.status ?? 'active')) return [];
  return [{ action: after.status === 'suspended' ? 'tenant suspended' : 'tenant resumed' }];
}

// With a tenant go its keys; that is said by one record.
function ofKeys(before: Tenant | null, after: Tenant | null): Plain[] {
  if (after === null) return [];
  return [
    ...keysOnlyIn(after, before).map(({ id, role, expires, note }): Plain => ({ action: 'key made', key: id, details: { role, expires, note } })),
    ...keysOnlyIn(before, after).map(({ id, role, note }): Plain => ({ action: 'key revoked', key: id, details: { role, note } })),
  ];
}

function keysOnlyIn(one: Tenant | null, other: Tenant | null): ApiKey[] {
  const others = new Set(other?.keys.map(({ id }) => id));
  return one?.keys.filter(({ id }) => !others.has(id)) ?? [];
}

function namesOfChanged(name: string, before: unknown, after: unknown): string[] {
  if (!isTable(before) || !isTable(after)) return isDeepStrictEqual(before, after) ? [] : [name];
  const parts = Object.keys({ ...before, ...after });
  return parts.filter((part) => !isDeepStrictEqual(before[part], after[part])).map((part) => `${name}.${part}`);
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
