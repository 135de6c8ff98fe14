import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';

import type { Config, Fairness, Limits, MongoConfig } from './config.js';
import { Environment } from './environment.js';
import { ConfigError } from './config.errors.js';
import { toClusters, toList } from './lists.js';

/** Loads `.env` of the working folder where there is one; variables that are set already stay. */
export function loadEnvironment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

/**
 * Reads the variables of `.env.example` into one typed, frozen object.
 * @throws ConfigError that names each variable with a wrong value
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  const env = checked(variables);
  const isProduction = env.NODE_ENV === 'production';
  const isEmbedded = env.MONGODB_URI === undefined;
  if (isProduction && isEmbedded) {
    throw new ConfigError(['MONGODB_URI is required when NODE_ENV=production: the embedded MongoDB is for development']);
  }
  return deepFreeze<Config>({
    production: isProduction,
    ...readHttp(env, isEmbedded),
    mongo: readMongo(env),
    ...readAccess(env),
    demo: (env.DEMO ?? (isEmbedded ? 'on' : 'off')) === 'on',
    docs: (env.DOCS ?? (isProduction ? 'off' : 'on')) === 'on',
    limits: readLimits(env),
    fairness: readFairness(env),
    directoryRefreshMs: env.DIRECTORY_REFRESH_MS ?? 1_000,
    retentionMs: 1_000 * (env.RETENTION_SECONDS ?? 3_600),
    stopDelayMs: readStopDelay(env, isProduction),
    log: { level: env.LOG_LEVEL ?? 'info', format: env.LOG_FORMAT ?? 'auto' },
  });
}

/** The same configuration with the default cluster at `uri`: the embedded MongoDB once it runs. */
export function withMongoUri(config: Config, uri: string): Config {
  return deepFreeze({ ...config, mongo: { ...config.mongo, uri } });
}

function checked(variables: Readonly<Record<string, string | undefined>>): Environment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''));
  const env = plainToInstance(Environment, given);
  const faults = validateSync(env, { stopAtFirstError: true }).flatMap((fault) => Object.values(fault.constraints ?? {}));
  if (faults.length > 0) throw new ConfigError(faults);
  return env;
}

function readHttp(env: Environment, isEmbedded: boolean): Pick<Config, 'port' | 'host' | 'trustProxy' | 'corsOrigins'> {
  return {
    port: env.PORT ?? 3000,
    host: env.HOST ?? (isEmbedded ? '127.0.0.1' : '0.0.0.0'),
    trustProxy: readTrustProxy(env.TRUST_PROXY),
    corsOrigins: env.CORS_ORIGINS === undefined ? null : toList(env.CORS_ORIGINS),
  };
}

// There is no balancer where somebody develops.
function readStopDelay({ STOP_DELAY_SECONDS: seconds }: Environment, isProduction: boolean): number {
  return 1_000 * (seconds ?? (isProduction ? 2 : 0));
}

function readAccess(env: Environment): Pick<Config, 'adminToken' | 'metricsToken' | 'defaultTenant'> {
  return {
    adminToken: env.ADMIN_TOKEN ?? null,
    metricsToken: env.METRICS_TOKEN ?? null,
    defaultTenant: env.DEFAULT_TENANT ?? null,
  };
}

function readLimits(env: Environment): Limits {
  const body = (env.BODY_LIMIT ?? '100kb').replace(/\s+/g, '');
  return {
    body,
    bodyBytes: toBytes(body),
    message: env.MESSAGE_LIMIT ?? 10_000,
    participants: env.PARTICIPANT_LIMIT ?? 200,
    cards: toBytes(env.ROOM_CACHE ?? '256mb'),
    unread: toBytes(env.UNREAD_ANSWERS ?? '512mb'),
    unreadMs: 1_000 * (env.UNREAD_SECONDS ?? 30),
    answerMs: 1_000 * (env.ANSWER_SECONDS ?? 300),
    socketPayload: toBytes(env.SOCKET_PAYLOAD_LIMIT ?? '100kb'),
    socketEvents: env.SOCKET_EVENTS_PER_SECOND ?? 50,
    tenantsInMemory: env.TENANTS_IN_MEMORY ?? 500,
  };
}

function readFairness(env: Environment): Fairness {
  return {
    limitsRates: env.RATE_LIMIT !== 'off',
    callsPerSecond: env.CALLS_PER_SECOND ?? 5_000,
    sendsPerSecond: env.SENDS_PER_SECOND ?? 500,
    callerShare: env.CALLER_SHARE ?? 20,
    concurrentDatabase: env.CONCURRENT_DATABASE ?? 25,
    sockets: env.SOCKETS ?? 10_000,
    roomsAList: env.ROOMS_A_LIST ?? 20_000,
  };
}

function toBytes(size: string): number {
  const [, number = '', unit = 'b'] = /^([\d.]+)\s*(\w*)$/.exec(size) ?? [];
  return Math.round(Number(number) * (UNITS[unit.toLowerCase()] ?? 1));
}

const UNITS: Readonly<Record<string, number>> = { kb: 1_024, mb: 1_024 ** 2 };

function readMongo(env: Environment): MongoConfig {
  return {
    uri: env.MONGODB_URI ?? null,
    isEmbedded: env.MONGODB_URI === undefined,
    clusters: env.MONGODB_CLUSTERS === undefined ? {} : Object.fromEntries(toClusters(env.MONGODB_CLUSTERS)),
    controlDatabase: env.CONTROL_DATABASE ?? 'anteroom',
    timeoutMs: env.DATABASE_TIMEOUT_MS ?? 2_000,
    embedded: {
      dataPath: resolve(env.MONGO_DATA ?? './data/mongo'),
      binary: env.MONGOD_BINARY ?? null,
      path: env.PATH ?? '',
      cache: join(env.XDG_CACHE_HOME ?? join(env.HOME ?? homedir(), '.cache'), 'anteroom', 'mongod'),
    },
    users: { secret: env.DATABASE_USER_SECRET ?? null, clients: env.DATABASE_USER_CLIENTS ?? 100 },
  };
}

function readTrustProxy(text: string | undefined): Config['trustProxy'] {
  if (text === undefined || text === 'off') return false;
  return /^\d+$/.test(text) ? Number(text) : toList(text);
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner as object);
  return Object.freeze(value);
}
