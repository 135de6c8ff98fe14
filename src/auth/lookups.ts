import { Injectable } from '@nestjs/common';

import { hashOf } from '../common/index.js';
import { WorkLines } from '../mongo/index.js';
import { Metrics } from '../observe/index.js';
import type { LookupSettings, Tenant } from '../tenancy/index.js';
import type { RefusalReason } from './auth.errors.js';
import { AwayLog } from './away-log.js';
import { fetchBounded } from './bounded-fetch.js';
import { toPerson, type Caller } from './caller.js';
import { FairCache } from './fair-cache.js';
import { findPerson } from './person-paths.js';
import { toPart, type Share } from './share.js';

type Outcome = Caller | RefusalReason;

const MOST_BYTES = 64_000;
/** Requests that wait for one tenant's server at the same time. */
const MOST_AT_ONCE = 20;
/** … and for one address of credentials that were not good before, so that made-up ones leave room for others. */
const MOST_OF_ADDRESS = 10;
/** … and for all of these together, so that those of many addresses leave room for credentials that were good. */
const MOST_NEW = 15;
/** Credentials of one tenant that wait for their turn. */
const MOST_WAITING = 1_000;
const LINE_FULL = new Error('too many credentials wait to be looked up');
/** Memory for what was answered, of people and of refused credentials apart: nobody's guesses push a good one out. */
const MEMORY = { people: 32_000_000, refused: 8_000_000 };
const ENTRY_BYTES = 400;
const FAILED_MS = 1_000;
/** How long a socket may hear without a new look at its credential, at least. */
const LOOKED_UP_SECONDS = 60;
// What a header can carry; a credential of anything else is nobody's.
const SENDABLE = /^[\x20-\x7e]+$/;

/** Where what is answered of a credential is kept. */
interface Place {
  readonly tenant: Tenant;
  readonly lookup: LookupSettings;
  readonly id: string;
}

/** Asks a tenant's own server whose its opaque tokens are. */
@Injectable()
export class Lookups {
  private readonly awayLog = new AwayLog('credentials of a deployment cannot be looked up');
  private readonly people = new FairCache<Caller>(MEMORY.people, bytesOf);
  private readonly refused = new FairCache<RefusalReason>(MEMORY.refused, () => ENTRY_BYTES);
  private readonly underWay = new Map<string, Promise<Outcome>>();
  private readonly lines = new WorkLines();

  constructor(metrics: Metrics) {
    metrics.gauge({ name: 'anteroom_lookups_waiting', help: 'Credentials that wait to be looked up at a server of their deployment.' }, () => this.lines.waiting);
  }

  /** What is known of the credential without asking, or null. */
  known(tenant: Tenant, lookup: LookupSettings, credential: string): Outcome | null {
    if (!SENDABLE.test(credential)) return 'wrong';
    const id = toId(tenant, lookup, credential);
    return this.people.get(tenant, id) ?? this.refused.get(tenant, id) ?? null;
  }

  /** The person that the credential is of, or why it is refused; it waits for its turn with those of the same share. */
  callerOf(tenant: Tenant, lookup: LookupSettings, credential: string, share: Share | null = null): Outcome | Promise<Outcome> {
    const id = toId(tenant, lookup, credential);
    return this.known(tenant, lookup, credential) ?? this.underWay.get(id) ?? this.askOnce(id, tenant, share, () => this.ask({ tenant, lookup, id }, credential), lookup.timeout_ms);
  }

  private askOnce(id: string, tenant: Tenant, share: Share | null, ask: () => Promise<Outcome>, timeoutMs: number): Promise<Outcome> {
    const outcome = this.askInTurn(tenant, share, ask, AbortSignal.timeout(timeoutMs)).finally(() => this.underWay.delete(id));
    this.underWay.set(id, outcome);
    return outcome;
  }

  private async askInTurn({ database }: Tenant, share: Share | null, ask: () => Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
    const rules = { full: () => LINE_FULL, signal };
    const askInLine = (): Promise<Outcome> => this.lines.run(database, ask, { ...rules, atOnce: MOST_AT_ONCE, waiting: MOST_WAITING });
    try {
      if (share === null) return await askInLine();
      const { who, most: waiting } = toPart(share, MOST_WAITING);
      const askAsNew = (): Promise<Outcome> => this.lines.run(`${database} new`, askInLine, { ...rules, atOnce: MOST_NEW, waiting: MOST_WAITING });
      return await this.lines.run(`${database} ${who}`, askAsNew, { ...rules, atOnce: MOST_OF_ADDRESS, waiting });
    } catch (error) {
      if (error === LINE_FULL || error === signal.reason) return 'not looked up';
      throw error;
    }
  }

  private async ask(place: Place, credential: string): Promise<Outcome> {
    const { lookup } = place;
    try {
      const headers = { authorization: credential, accept: 'application/json' };
      const { status, json } = await fetchBounded(lookup.url, { headers, timeoutMs: lookup.timeout_ms, mostBytes: MOST_BYTES });
      if (status === 200) return this.keepPerson(place, json);
      if (status === 401 || status === 403) return this.keepRefusal(place, 'wrong', lookup.cache_seconds * 1_000);
      throw new Error(`the answer has the status ${status}`);
    } catch (error) {
      this.awayLog.tell(lookup.url, error);
      return this.keepRefusal(place, 'not looked up', FAILED_MS);
    }
  }

  private keepPerson(place: Place, json: unknown): Outcome {
    const { subject_path: subject, role_path: role, vendor_ids_path: vendorIds, cache_seconds: seconds } = place.lookup;
    const person = findPerson(json, { subject, role, vendorIds });
    if (person === null) return this.keepRefusal(place, 'wrong', FAILED_MS);
    const expires = new Date(Date.now() + 1_000 * Math.max(seconds, LOOKED_UP_SECONDS));
    const caller = toPerson(person.role, person.subject, { vendorIds: person.vendorIds, expires });
    if (seconds > 0) this.people.set(place.tenant, place.id, caller, seconds * 1_000);
    return caller;
  }

  private keepRefusal({ tenant, id }: Place, reason: RefusalReason, ttl: number): RefusalReason {
    if (ttl > 0) this.refused.set(tenant, id, reason, ttl);
    return reason;
  }
}

// Neither the credential nor what is answered of it can be read back; other settings or another database are other answers.
function toId({ database }: Tenant, lookup: LookupSettings, credential: string): string {
  return hashOf([database, lookup, credential]);
}

function bytesOf({ vendorIds }: Caller): number {
  return vendorIds.reduce((bytes, id) => bytes + 2 * id.length + 16, ENTRY_BYTES);
}
