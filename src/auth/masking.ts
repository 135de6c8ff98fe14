import type { MaskedField, Masking } from '../tenancy/index.js';
import { PERSON_ROLES, type Role } from './caller.js';

/** Stands for every kind of person. */
const ANYBODY = '*';

const KINDS: ReadonlySet<string> = new Set(PERSON_ROLES);

/** By `user_type` of the person seen, in one order whatever the policy's: what is masked of them. */
export type Mask = ReadonlyMap<string, readonly MaskedField[]>;

const MASKS = { phone_num: maskPhone, email: maskEmail } as const satisfies Record<MaskedField, (text: string) => string>;

/** What a role may not see; who has no credential may not see whatever anybody may not. */
export function toMask(policy: Masking | null, role: Role): Mask {
  const rules = role === 'anonymous' ? Object.values(policy ?? {}) : [policy?.[role] ?? {}];
  const kinds = [...new Set(rules.flatMap((rule) => Object.keys(rule)))].sort();
  return new Map(kinds.map((kind) => [kind, [...new Set(rules.flatMap((rule) => rule[kind] ?? []))].sort()]));
}

/** The person with what the mask says taken out; a field that is empty or not there stays so. */
export function maskPerson<T extends object>(person: T, mask: Mask): T {
  const fields = new Set(rulesFor(mask, (person as { readonly user_type?: string }).user_type ?? ''));
  const masked = [...fields].flatMap((field) => {
    const value = (person as Partial<Record<MaskedField, unknown>>)[field];
    return typeof value === 'string' && value !== '' ? [[field, MASKS[field](value)]] : [];
  });
  return masked.length === 0 ? person : ({ ...person, ...Object.fromEntries(masked) } as T);
}

// Who is of no kind that there is could be of any.
function rulesFor(mask: Mask, kind: string): readonly MaskedField[] {
  if (!KINDS.has(kind.toLowerCase())) return [...mask.values()].flat();
  return [...(mask.get(kind.toLowerCase()) ?? []), ...(mask.get(ANYBODY) ?? [])];
}

// The last two digits tell people which of two numbers it is, and nobody how to call.
function maskPhone(phone: string): string {
  return phone.replace(/\p{Nd}(?=(?:\P{Nd}*\p{Nd}){2})/gu, '*');
}

function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return at < 1 ? '***' : `${email.slice(0, 1)}***${email.slice(at)}`;
}
