import { Injectable } from '@nestjs/common';
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';

import { AwayLog } from './away-log.js';
import { fetchBounded } from './bounded-fetch.js';

/** The keys that a token is to be checked with cannot be had. */
export class KeysAwayError extends Error {}

const MOST_SERVERS = 500;
const TIMEOUT_MS = 2_000;
const MOST_BYTES = 256_000;
// A key that nobody knows may be new: then the keys are fetched again, but not for each token that says so.
const UNKNOWN_KEY_MS = 30_000;
// How long a key that was withdrawn may still be good.
const KEPT_MS = 600_000;
/** How long a server that failed is left alone. */
const PAUSE_MS = 1_000;

/** The public keys of issuers, by the URL where they publish them; all who wait for them share one request. */
@Injectable()
export class KeyServers {
  private readonly awayLog = new AwayLog('the public keys of an issuer cannot be fetched');
  private readonly servers = new LRUCache<string, JWTVerifyGetKey>({ max: MOST_SERVERS });

  /** Finds the key of a token among those that are published at the URL; rejects with {@link KeysAwayError} where they cannot be had. */
  keysAt(url: string): JWTVerifyGetKey {
    const server = this.servers.get(url) ?? this.open(url);
    this.servers.set(url, server);
    return server;
  }

  private open(url: string): JWTVerifyGetKey {
    let pausedUntil = 0;
    const fetchKeys = async (): Promise<Response> => {
      if (performance.now() < pausedUntil) throw new KeysAwayError();
      try {
        return Response.json(await keySetAt(url));
      } catch (error) {
        pausedUntil = performance.now() + PAUSE_MS;
        this.awayLog.tell(url, error);
        throw new KeysAwayError(undefined, { cause: error });
      }
    };
    return createRemoteJWKSet(new URL(url), { cooldownDuration: UNKNOWN_KEY_MS, cacheMaxAge: KEPT_MS, [customFetch]: fetchKeys });
  }
}

async function keySetAt(url: string): Promise<object> {
  const { status, json } = await fetchBounded(url, { headers: { accept: 'application/json, application/jwk-set+json' }, timeoutMs: TIMEOUT_MS, mostBytes: MOST_BYTES });
  if (status !== 200) throw new Error(`the answer has the status ${status}`);
  if (!isKeySet(json)) throw new Error('the answer is no set of keys');
  return json;
}

function isKeySet(json: unknown): json is { readonly keys: readonly object[] } {
  return isObject(json) && Array.isArray(json.keys) && json.keys.every(isObject);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
