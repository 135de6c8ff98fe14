/** A deployment as the directory holds it. */
export interface Tenant {
  /** What stands in the path prefix `/t/<key>`: a-z, 0-9 and `-`, up to 40. */
  readonly key: string;
  /** Its database names as callers say them in `agent_db`, `db_name` and the `client` header; exact, unique over all tenants. */
  readonly names: readonly string[];
  /** Host names of its own, lower case, without port; unique over all tenants. */
  readonly sub_domains: readonly string[];
  readonly auth: TenantAuth;
  /** CIDRs whose callers need no credential. */
  readonly open_from: readonly string[];
  readonly status: 'active' | 'suspended';
  /** Name of the cluster that holds its database. */
  readonly cluster: string;
  /** Its database there, made by the service; never a name that a request can say. */
  readonly database: string;
  /** Whether its data is only touched as a user of MongoDB that may touch nothing else. */
  readonly database_user: boolean;
  /** What it may take of an instance. */
  readonly limits: TenantLimits;
  readonly settings: TenantSettings;
  /** Its API keys; none of them can be read back from what is stored. */
  readonly keys: readonly ApiKey[];
  /** Version of the indexes that each collection is known to have. */
  readonly index_versions: Readonly<Record<string, number>>;
  readonly created_date: Date;
  readonly updated_date: Date;
}

/** `open` admits callers without a credential; `required`, the default, does not. */
export type Admission = 'open' | 'required';

export interface TenantAuth {
  readonly http: Admission;
  readonly sockets: Admission;
}

/** What a tenant may take of an instance; null: as much as any other. */
export interface TenantLimits {
  readonly calls_per_second: number | null;
  readonly sends_per_second: number | null;
  /** Sockets at once, all namespaces together. */
  readonly sockets: number | null;
  /** Calls that are at work at once; others wait. */
  readonly concurrent_database: number | null;
  /** Rooms in one answer of a list. */
  readonly rooms_a_list: number | null;
  /** Bytes of a body; no more than any other may send. */
  readonly body_bytes: number | null;
  /** Characters of a message; no more than any other may send. */
  readonly message_characters: number | null;
}

/** What an API key may do: everything of its tenant, or read. */
export type KeyRole = 'service' | 'reader';

/** A service's credential, as stored. */
export interface ApiKey {
  /** 12 hexadecimal digits; stands in the key itself. */
  readonly id: string;
  readonly role: KeyRole;
  /** SHA-256 of the key, as hexadecimal digits. */
  readonly hash: string;
  readonly expires: Date | null;
  readonly note: string | null;
  readonly created_date: Date;
}

export interface TenantSettings {
  /** Image of messages whose sender's app sends none; null: none. */
  readonly default_image: string | null;
  /** Whether stored text is answered with what HTML would read as markup escaped, for pages that print it as HTML. */
  readonly escape_html: boolean;
  /** What is masked for whom; null: nothing. */
  readonly masking: Masking | null;
  /** Messages are removed when they are so many days old; null: never. */
  readonly retention_days: number | null;
  /** What becomes of the text of messages whose sender is erased. */
  readonly erase_messages: EraseMessages;
  /** How its apps' JSON Web Tokens are checked; null: they are not. */
  readonly jwt: JwtSettings | null;
  /** Where its own opaque tokens are looked up; null: nowhere. */
  readonly lookup: LookupSettings | null;
}

/** `keep`: what was said stays, without who said it; `blank`: it goes too. */
export type EraseMessages = 'keep' | 'blank';

/** Fields of a person that can be masked. */
export type MaskedField = 'phone_num' | 'email';

/** By the viewer's role, then the `user_type` of the person seen (`*`: all), what of that person is masked. */
export type Masking = Readonly<Record<string, Readonly<Record<string, readonly MaskedField[]>>>>;

/** How tokens of one issuer are checked and read. Either `secret` or `jwks_url` is set. */
export interface JwtSettings {
  readonly secret: string | null;
  readonly jwks_url: string | null;
  readonly algorithms: readonly string[];
  readonly issuer: string | null;
  readonly audience: string | null;
  /** Claim that must name this tenant: its key or one of its names; null: not looked at. */
  readonly tenant_claim: string | null;
  readonly subject_claim: string;
  readonly role_claim: string;
  readonly vendor_ids_claim: string | null;
}

/** Where an opaque token is looked up, and where the answer says whose it is: paths such as `data.user.id`. */
export interface LookupSettings {
  readonly url: string;
  readonly timeout_ms: number;
  readonly cache_seconds: number;
  readonly subject_path: string;
  readonly role_path: string;
  readonly vendor_ids_path: string | null;
}

/** The limits of a tenant of which nothing was said. */
export const DEFAULT_LIMITS: TenantLimits = {
  calls_per_second: null,
  sends_per_second: null,
  sockets: null,
  concurrent_database: null,
  rooms_a_list: null,
  body_bytes: null,
  message_characters: null,
};

/** The settings of a tenant of which nothing was said. */
export const DEFAULT_SETTINGS: TenantSettings = { default_image: null, escape_html: false, masking: null, retention_days: null, erase_messages: 'keep', jwt: null, lookup: null };

/** The fields of a tenant that a person sets; the rest is the service's. */
export type TenantFields = Omit<Tenant, 'key' | 'database' | 'keys' | 'index_versions' | 'created_date' | 'updated_date'>;
