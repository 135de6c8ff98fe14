import 'reflect-metadata';

import { isIP } from 'node:net';

import { IsIn, IsOptional, IsString, Matches } from 'class-validator';

import { isCidr } from '../common/index.js';
import { Check, Count } from './check.decorator.js';
import { isClusterList, isClusterUri, toList } from './lists.js';

const SIZE = /^(?=.*[1-9])\d+(\.\d+)?\s*(b|kb|mb)?$/i;
const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/,;]+$/;
const NETWORK_NAMES = ['loopback', 'linklocal', 'uniquelocal'];

function isHost(text: string): boolean {
  return isIP(text) !== 0 || HOST_NAME.test(text);
}

function isOriginList(text: string): boolean {
  const list = toList(text);
  return list.length > 0 && list.every((origin) => ORIGIN.test(origin));
}

function isTrustProxy(text: string): boolean {
  const list = toList(text);
  return text === 'off' || /^\d{1,3}$/.test(text) || (list.length > 0 && list.every((item) => NETWORK_NAMES.includes(item) || (isCidr(item) && !item.endsWith('/0'))));
}

/** The environment variables that the service reads, as text; each is documented in `.env.example`. */
export class Environment {
  @IsOptional()
  @IsIn(['development', 'test', 'production'], { message: 'NODE_ENV must be development, test or production' })
  NODE_ENV?: 'development' | 'test' | 'production';

  @Count('PORT', { least: 0, most: 65535 })
  PORT?: number;

  @IsOptional()
  @Check(isHost, 'HOST must be an address or a host name')
  HOST?: string;

  @IsOptional()
  @Check(isClusterUri, 'MONGODB_URI must be mongodb://host:port,…/ or mongodb+srv://host/')
  MONGODB_URI?: string;

  @IsOptional()
  @Check(isClusterList, 'MONGODB_CLUSTERS must be name=mongodb://…,name=mongodb://… with names of a-z, 0-9 and -, each once and none "default"')
  MONGODB_CLUSTERS?: string;

  @IsOptional()
  @Matches(/^[A-Za-z0-9_-]{1,63}$/, {
    message: 'CONTROL_DATABASE must be 1 to 63 letters, digits, _ or -',
  })
  @Matches(/^(?!(admin|local|config)$)/, { message: "CONTROL_DATABASE must not be one of MongoDB's own databases" })
  CONTROL_DATABASE?: string;

  @IsOptional()
  @IsString()
  MONGOD_BINARY?: string;

  @IsOptional()
  @IsString()
  MONGO_DATA?: string;

  @IsOptional()
  @Matches(/^\S+$/, { message: 'ADMIN_TOKEN must be a text without spaces' })
  ADMIN_TOKEN?: string;

  @IsOptional()
  @Matches(/^\S+$/, { message: 'METRICS_TOKEN must be a text without spaces' })
  METRICS_TOKEN?: string;

  @IsOptional()
  @Matches(/^[a-z0-9-]{1,40}$/, { message: 'DEFAULT_TENANT must be a key of a deployment: a-z, 0-9 and -, up to 40' })
  DEFAULT_TENANT?: string;

  @IsOptional()
  @IsIn(['on', 'off'], { message: 'DEMO must be on or off' })
  DEMO?: 'on' | 'off';

  @IsOptional()
  @Check(isTrustProxy, 'TRUST_PROXY must be off, a number of proxies, or addresses, CIDRs, loopback, linklocal or uniquelocal separated by commas')
  TRUST_PROXY?: string;

  @IsOptional()
  @Check(isOriginList, 'CORS_ORIGINS must be origins such as https://panel.example.com separated by commas')
  CORS_ORIGINS?: string;

  @IsOptional()
  @IsIn(['on', 'off'], { message: 'DOCS must be on or off' })
  DOCS?: 'on' | 'off';

  @IsOptional()
  @Matches(SIZE, { message: 'BODY_LIMIT must be a size such as 100kb or 1mb' })
  BODY_LIMIT?: string;

  @Count('MESSAGE_LIMIT', { of: 'characters' })
  MESSAGE_LIMIT?: number;

  @Count('PARTICIPANT_LIMIT', { most: 1000 })
  PARTICIPANT_LIMIT?: number;

  @IsOptional()
  @Matches(SIZE, { message: 'ROOM_CACHE must be a size such as 256mb' })
  ROOM_CACHE?: string;

  @IsOptional()
  @Matches(SIZE, { message: 'UNREAD_ANSWERS must be a size such as 512mb' })
  UNREAD_ANSWERS?: string;

  @Count('UNREAD_SECONDS', { most: 600 })
  UNREAD_SECONDS?: number;

  @Count('ANSWER_SECONDS', { most: 3_600 })
  ANSWER_SECONDS?: number;

  @IsOptional()
  @Matches(SIZE, { message: 'SOCKET_PAYLOAD_LIMIT must be a size such as 100kb or 1mb' })
  SOCKET_PAYLOAD_LIMIT?: string;

  @Count('SOCKET_EVENTS_PER_SECOND')
  SOCKET_EVENTS_PER_SECOND?: number;

  @IsOptional()
  @IsIn(['on', 'off'], { message: 'RATE_LIMIT must be on or off' })
  RATE_LIMIT?: 'on' | 'off';

  @Count('CALLS_PER_SECOND')
  CALLS_PER_SECOND?: number;

  @Count('SENDS_PER_SECOND')
  SENDS_PER_SECOND?: number;

  @Count('CALLER_SHARE', { most: 100 })
  CALLER_SHARE?: number;

  @Count('CONCURRENT_DATABASE')
  CONCURRENT_DATABASE?: number;

  @Count('SOCKETS')
  SOCKETS?: number;

  @Count('ROOMS_A_LIST')
  ROOMS_A_LIST?: number;

  @Count('TENANTS_IN_MEMORY')
  TENANTS_IN_MEMORY?: number;

  @Count('DIRECTORY_REFRESH_MS', { least: 20, most: 4000, of: 'milliseconds' })
  DIRECTORY_REFRESH_MS?: number;

  @Count('RETENTION_SECONDS', { most: 86_400 })
  RETENTION_SECONDS?: number;

  @Count('STOP_DELAY_SECONDS', { least: 0, most: 5 })
  STOP_DELAY_SECONDS?: number;

  @Count('DATABASE_TIMEOUT_MS', { least: 100, most: 2500, of: 'milliseconds' })
  DATABASE_TIMEOUT_MS?: number;

  @IsOptional()
  @Matches(/^\S{32,}$/, { message: 'DATABASE_USER_SECRET must be a text of at least 32 characters without spaces' })
  DATABASE_USER_SECRET?: string;

  @Count('DATABASE_USER_CLIENTS')
  DATABASE_USER_CLIENTS?: number;

  @IsOptional()
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    message: 'LOG_LEVEL must be fatal, error, warn, info, debug, trace or silent',
  })
  LOG_LEVEL?: string;

  @IsOptional()
  @IsIn(['auto', 'json', 'pretty'], { message: 'LOG_FORMAT must be auto, json or pretty' })
  LOG_FORMAT?: 'auto' | 'json' | 'pretty';

  PATH?: string;
  HOME?: string;
  XDG_CACHE_HOME?: string;
}
