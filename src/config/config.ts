/** Everything that can be set, read once at the start; frozen. */
export interface Config {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  readonly mongo: MongoConfig;
  readonly adminToken: string | null;
  /** Bearer of `GET /metrics`; null: open, but for production. */
  readonly metricsToken: string | null;
  readonly defaultTenant: string | null;
  readonly demo: boolean;
  /** What Express calls `trust proxy`. */
  readonly trustProxy: false | number | readonly string[];
  /** null: any origin. */
  readonly corsOrigins: readonly string[] | null;
  readonly docs: boolean;
  readonly limits: Limits;
  readonly fairness: Fairness;
  readonly directoryRefreshMs: number;
  /** How often messages that are past their deployment's `retention_days` are looked for, in milliseconds. */
  readonly retentionMs: number;
  /** How long the instance goes on answering after it was told to stop, while `ready` is false already, in milliseconds. */
  readonly stopDelayMs: number;
  readonly log: { readonly level: string; readonly format: 'auto' | 'json' | 'pretty' };
}

export interface MongoConfig {
  /** The default cluster; null on the embedded MongoDB until it runs. */
  readonly uri: string | null;
  /** Whether the default cluster is the embedded MongoDB. */
  readonly isEmbedded: boolean;
  /** Further clusters by name. */
  readonly clusters: Readonly<Record<string, string>>;
  readonly controlDatabase: string;
  /** How long a database may be away or silent before its callers are told, in milliseconds. */
  readonly timeoutMs: number;
  readonly embedded: EmbeddedConfig;
  readonly users: DatabaseUsersConfig;
}

export interface DatabaseUsersConfig {
  /** What the passwords of database users are made from; null: there are none. */
  readonly secret: string | null;
  /** Clients of database users that are kept open. */
  readonly clients: number;
}

export interface EmbeddedConfig {
  readonly dataPath: string;
  readonly binary: string | null;
  /** Where programs are looked for, as in `PATH`. */
  readonly path: string;
  /** Where a fetched mongod is kept for the next start. */
  readonly cache: string;
}

/** What one tenant may take of an instance, where nothing else is set for it. */
export interface Fairness {
  /** Whether calls and messages a second are limited at all. */
  readonly limitsRates: boolean;
  readonly callsPerSecond: number;
  readonly sendsPerSecond: number;
  /** How much of a tenant's calls and messages a second one person or address may use, in percent. */
  readonly callerShare: number;
  /** Calls of a tenant that are at work at once. */
  readonly concurrentDatabase: number;
  readonly sockets: number;
  /** Rooms of a list. */
  readonly roomsAList: number;
}

export interface Limits {
  /** Size of a request's body, as body-parser writes it. */
  readonly body: string;
  /** The same in bytes. */
  readonly bodyBytes: number;
  /** Characters of a message. */
  readonly message: number;
  /** Participants of a room. */
  readonly participants: number;
  /** Bytes of what a socket sends at once. */
  readonly socketPayload: number;
  /** What a socket may send in a second. */
  readonly socketEvents: number;
  /** Bytes of the rooms' answers that are kept in memory. */
  readonly cards: number;
  /** Bytes of answers that callers have not read yet. */
  readonly unread: number;
  /** How long a connection may take no byte of its answer, in milliseconds. */
  readonly unreadMs: number;
  /** How long a call and its answer may take until the answer is read, in milliseconds. */
  readonly answerMs: number;
  /** Tenants whose models are kept in memory. */
  readonly tenantsInMemory: number;
}
