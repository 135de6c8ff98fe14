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
  readonly settings: TenantSettings;
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

export interface TenantSettings {
  /** Image of messages whose sender's app sends none; null: none. */
  readonly default_image: string | null;
}

/** The fields of a tenant that a person sets; the rest is the service's. */
export type TenantFields = Omit<Tenant, 'key' | 'database' | 'index_versions' | 'created_date' | 'updated_date'>;
