import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import type { Request } from 'express';

import type { LookupSettings, Tenant } from '../tenancy/index.js';
import { UncheckedTokenError, type RefusalReason } from './auth.errors.js';
import type { Caller } from './caller.js';
import { FairCache } from './fair-cache.js';
import { isJwt, JwtCheck } from './jwt-check.js';
import { Lookups } from './lookups.js';
import { Refusals } from './refusals.js';

type Outcome = Caller | RefusalReason;

/** Tokens that were good of late, as hashes, and how long that is. */
const MOST_GOOD = 50_000;
const GOOD_MS = 3_600_000;

/** A token that somebody sent. */
interface SentToken {
  readonly tenant: Tenant;
  readonly token: string;
  readonly request: Request;
  /** True where its sender is let in without one too. */
  readonly isOpen: () => boolean;
}

/** Finds out whose the tokens of a tenant's apps are: made-up ones in numbers are not checked, but those that were good of late always are. */
@Injectable()
export class TokenCheck {
  private readonly good = new FairCache<true>(MOST_GOOD);

  constructor(
    private readonly jwtCheck: JwtCheck,
    private readonly lookups: Lookups,
    private readonly refusals: Refusals,
  ) {}

  /** The person that the token is of, or why it is refused. @throws UncheckedTokenError where too many of its address were refused to check one more */
  async callerOf(sent: SentToken): Promise<Outcome> {
    const { tenant, token } = sent;
    const { jwt, lookup } = tenant.settings;
    if (jwt !== null && isJwt(token)) return this.check(sent, () => this.jwtCheck.callerOf(tenant, jwt, token));
    if (lookup === null) return 'wrong';
    return this.lookups.known(tenant, lookup, token) ?? this.check(sent, (wasGood) => this.lookUp(sent, lookup, wasGood));
  }

  // Where its sender is let in anyway a refusal costs it nothing, but there too the deployment's server is not asked without end.
  private async lookUp({ tenant, token, request, isOpen }: SentToken, lookup: LookupSettings, wasGood: boolean): Promise<Outcome> {
    if (wasGood) return this.lookups.callerOf(tenant, lookup, token);
    if (isOpen() && this.refusals.exceededOf(tenant, request) !== null) return 'not looked up';
    const found = await this.lookups.callerOf(tenant, lookup, token, this.refusals.shareOf(tenant, request));
    if (isOpen() && typeof found === 'string') this.refusals.count(tenant, request);
    return found;
  }

  private async check(sent: SentToken, ask: (wasGood: boolean) => Outcome | Promise<Outcome>): Promise<Outcome> {
    const { tenant } = sent;
    const id = hashOf(sent);
    const wasGood = this.good.get(tenant, id) === true;
    if (!wasGood && !sent.isOpen()) this.checkMayAsk(sent);
    const found = await ask(wasGood);
    if (typeof found !== 'string') this.good.set(tenant, id, true, GOOD_MS);
    else if (found !== 'not looked up') this.good.delete(tenant, id);
    return found;
  }

  private checkMayAsk({ tenant, request }: SentToken): void {
    const exceeded = this.refusals.exceededOf(tenant, request);
    if (exceeded !== null) throw new UncheckedTokenError(exceeded);
  }
}

function hashOf({ token }: SentToken): string {
  return createHash('sha256').update(token).digest('base64url');
}
