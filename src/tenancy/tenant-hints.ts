import { isBlank, isPlainText, MATCH_TEXT_LIMIT, NOT_PLAIN, toText, ValidationFailedError } from '../common/index.js';
import { toKeyName } from './key-format.js';

/** What a request says about its deployment, empty values left out; strong hints decide before weak ones. */
export interface TenantHints {
  readonly strong: {
    /** Key of the path prefix `/t/<key>`. */
    readonly path: string | null;
    /** Values of `agent_db` and `db_name`. */
    readonly names: readonly string[];
    /** Tenant that an API key names; counts where nothing else of these is registered. */
    readonly key: string | null;
  };
  readonly weak: {
    /** The `client` header: a name. */
    readonly client: string | null;
    /** `sub_domain`, then the request's host. */
    readonly hosts: readonly string[];
  };
}

/** The parts of a request or handshake that can carry a hint. */
export interface HintSource {
  readonly path: string | null;
  readonly body: unknown;
  readonly query: unknown;
  readonly client: string | null;
  readonly host: string | null;
  /** What stands in `Authorization`, without `Bearer`. */
  readonly credential: string | null;
}

/**
 * Takes the hints out of a request.
 * @throws ValidationFailedError where `agent_db`, `db_name` or `sub_domain` is an object or list, over 200 characters, or no plain text
 */
export function toTenantHints({ path, body, query, client, host, credential }: HintSource): TenantHints {
  const names = ['agent_db', 'db_name'].flatMap((field) => [textOf(body, field), textOf(query, field)]);
  const subDomains = [textOf(body, 'sub_domain'), textOf(query, 'sub_domain')];
  return {
    strong: { path: path || null, names: names.filter(isPresent), key: toKeyName(credential ?? '')?.tenant ?? null },
    weak: { client: client || null, hosts: [...subDomains, host].filter(isPresent).map(toHostName) },
  };
}

/** A host as the directory writes it: lower case, without port and closing dot. */
export function toHostName(host: string): string {
  return host
    .trim()
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/\.$/, '');
}

function textOf(fields: unknown, field: string): string | null {
  if (typeof fields !== 'object' || fields === null || !Object.hasOwn(fields, field)) return null;
  const value = toText((fields as Record<string, unknown>)[field]);
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string') {
    throw new ValidationFailedError(`${field} must be a text or a number, not an object or a list.`);
  }
  if (value.length > MATCH_TEXT_LIMIT) {
    throw new ValidationFailedError(`${field} must not be longer than ${MATCH_TEXT_LIMIT} characters.`);
  }
  if (!isPlainText(value)) throw new ValidationFailedError(`${field} ${NOT_PLAIN}.`);
  return value;
}

function isPresent(value: string | null): value is string {
  return !isBlank(value);
}
