import { DEFAULT_CLUSTER } from '../mongo/index.js';
import { DEFAULT_LIMITS, DEFAULT_SETTINGS, newDatabaseName, type Tenant, type TenantFields, type TenantSettings } from '../tenancy/index.js';
import { toJwtSettings } from './dto/jwt-settings.dto.js';
import { toLookupSettings } from './dto/lookup-settings.dto.js';
import type { PutTenantDto } from './dto/put-tenant.dto.js';
import type { TenantSettingsDto } from './dto/tenant-settings.dto.js';

const DEFAULTS: TenantFields = {
  names: [],
  sub_domains: [],
  auth: { http: 'required', sockets: 'required' },
  open_from: [],
  status: 'active',
  cluster: DEFAULT_CLUSTER,
  database_user: false,
  limits: DEFAULT_LIMITS,
  settings: DEFAULT_SETTINGS,
};

/** The tenant (null: a new one of `key`) after the change: absent fields stay, null resets. */
export function applyChange(key: string, current: Tenant | null, change: PutTenantDto): Tenant {
  const now = new Date();
  const before = current ?? { ...DEFAULTS, key, database: newDatabaseName(key), keys: [], index_versions: {}, created_date: now, updated_date: now };
  const { auth, limits, settings, ...plain } = change;
  const next = { ...before, ...resetNulls(plain) };
  return {
    ...next,
    index_versions: next.cluster === before.cluster ? before.index_versions : {},
    auth: merge(before.auth, auth, DEFAULTS.auth),
    limits: merge(before.limits, limits, DEFAULTS.limits),
    settings: merge(before.settings, toSettings(settings), DEFAULTS.settings),
    updated_date: now,
  };
}

function resetNulls(change: Omit<PutTenantDto, 'auth' | 'limits' | 'settings'>): Partial<TenantFields> {
  return Object.fromEntries(given(change).map(([field, value]) => [field, value ?? DEFAULTS[field as keyof TenantFields]]));
}

// Settings of tokens belong together: half of an issuer's and half of another's would let in whom nobody meant.
function toSettings(change: TenantSettingsDto | null | undefined): { [K in keyof TenantSettings]?: TenantSettings[K] | null | undefined } | null | undefined {
  if (change === undefined || change === null) return change;
  const { jwt, lookup, ...plain } = change;
  return { ...plain, jwt: jwt && toJwtSettings(jwt), lookup: lookup && toLookupSettings(lookup) };
}

function merge<T extends object>(before: T, change: { [K in keyof T]?: T[K] | null | undefined } | null | undefined, defaults: T): T {
  if (change === undefined) return before;
  if (change === null) return defaults;
  return { ...before, ...Object.fromEntries(given(change).map(([field, value]) => [field, value ?? defaults[field as keyof T]])) };
}

// The command line gives every option a key, also those that were not said.
function given(change: object): [field: string, value: unknown][] {
  return Object.entries(change as Record<string, unknown>).filter(([, value]) => value !== undefined);
}
