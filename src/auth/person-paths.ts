import { isEmptyLike, MATCH_TEXT_LIMIT, toText } from '../common/index.js';
import { PERSON_ROLES, type Caller, type PersonRole } from './caller.js';

/** Where a document of somebody else says who a person is: names of fields, or ways to inner ones such as `data.user.id`. */
export interface PersonPaths {
  readonly subject: string;
  readonly role: string;
  readonly vendorIds: string | null;
}

/** Who a document says that a person is. */
export type FoundPerson = Pick<Caller, 'vendorIds'> & { readonly role: PersonRole; readonly subject: string };

const MOST_VENDOR_IDS = 1_000;

/** The person that the document names, or null where it names nobody, a role that people do not have, or more shops than anybody has. */
export function findPerson(document: unknown, paths: PersonPaths): FoundPerson | null {
  const subject = toId(valueAt(document, paths.subject));
  const found = valueAt(document, paths.role);
  const role = PERSON_ROLES.find((one) => one === found);
  const vendorIds = paths.vendorIds === null ? [] : toIds(valueAt(document, paths.vendorIds));
  return subject === null || role === undefined || vendorIds === null ? null : { role, subject, vendorIds };
}

/** The text or number at a path, as text; null where there is none that could be an id. */
export function idAt(document: unknown, path: string): string | null {
  return toId(valueAt(document, path));
}

// Names of claims can be addresses and so have dots themselves: a field of the whole name comes first.
function valueAt(document: unknown, path: string): unknown {
  return hasField(document, path) ? document[path] : path.split('.').reduce<unknown>((inner, name) => (hasField(inner, name) ? inner[name] : undefined), document);
}

// What an object inherits, such as `constructor`, nobody has said.
function hasField(value: unknown, name: string): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name);
}

function toIds(value: unknown): string[] | null {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > MOST_VENDOR_IDS) return null;
  // A server that tells them in another order tells nothing new.
  return [...new Set(values.map(toId).filter((id) => id !== null))].sort();
}

// Of numbers beyond the safe ones two that are written differently are one: somebody else's.
function toId(value: unknown): string | null {
  if (typeof value !== 'string' && !Number.isSafeInteger(value)) return null;
  const id = toText(value) as string;
  return isEmptyLike(id) || id.length > MATCH_TEXT_LIMIT ? null : id;
}
