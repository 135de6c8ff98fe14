import { Injectable } from '@nestjs/common';
import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';

import type { JwtSettings, Tenant } from '../tenancy/index.js';
import type { RefusalReason } from './auth.errors.js';
import { toPerson, type Caller } from './caller.js';
import { algorithmsOf } from './jwt-algorithms.js';
import { KeysAwayError, KeyServers } from './key-servers.js';
import { findPerson, idAt } from './person-paths.js';

/** Seconds that the clocks of issuers and of this service may be apart. */
const CLOCK_SKEW = 60;
/** The last moment that a date can be, in milliseconds. */
const LAST_MOMENT = 8.64e15;

const FORM = /^[\w-]+\.[\w-]*\.[\w-]*$/;

/** True where the credential has the form of a signed JSON Web Token, or of one that pretends to be. */
export function isJwt(credential: string): boolean {
  if (!FORM.test(credential)) return false;
  try {
    return typeof decodeProtectedHeader(credential) === 'object';
  } catch {
    return false;
  }
}

/** Checks tokens of apps against their tenant's own keys, and reads who they are of. */
@Injectable()
export class JwtCheck {
  constructor(private readonly keyServers: KeyServers) {}

  /** The person that the token is of, or why it is refused. */
  async callerOf(tenant: Tenant, jwt: JwtSettings, token: string): Promise<Caller | RefusalReason> {
    try {
      const { payload } = await jwtVerify(token, this.keyOf(jwt), {
        algorithms: jwt.algorithms.filter((algorithm) => algorithmsOf(jwt).includes(algorithm)),
        clockTolerance: CLOCK_SKEW,
        requiredClaims: ['exp'],
        ...(jwt.issuer === null ? {} : { issuer: jwt.issuer }),
        ...(jwt.audience === null ? {} : { audience: jwt.audience }),
      });
      return toCaller(tenant, jwt, payload);
    } catch (error) {
      if (error instanceof KeysAwayError) return 'not looked up';
      return error instanceof errors.JWTExpired ? 'expired' : 'wrong';
    }
  }

  // What a token says of its own key, in `jwk`, `jku` or `x5u`, is never looked at.
  private keyOf({ secret, jwks_url: url }: JwtSettings): JWTVerifyGetKey {
    if (secret !== null) return () => new TextEncoder().encode(secret);
    if (url !== null) return this.keyServers.keysAt(url);
    throw new Error('The tenant has neither a secret nor published keys.');
  }
}

function toCaller(tenant: Tenant, jwt: JwtSettings, claims: JWTPayload): Caller | RefusalReason {
  if (!isIssued(claims)) return 'wrong';
  if (jwt.tenant_claim !== null && !isNameOf(tenant, idAt(claims, jwt.tenant_claim))) return 'foreign';
  const person = findPerson(claims, { subject: jwt.subject_claim, role: jwt.role_claim, vendorIds: jwt.vendor_ids_claim });
  if (person === null) return 'wrong';
  const expires = new Date(Math.min((claims.exp ?? 0) * 1_000, LAST_MOMENT));
  return toPerson(person.role, person.subject, { vendorIds: person.vendorIds, expires });
}

function isIssued({ iat }: JWTPayload): boolean {
  return iat === undefined || iat <= Date.now() / 1_000 + CLOCK_SKEW;
}

function isNameOf({ key, names }: Tenant, named: string | null): boolean {
  return named !== null && (named === key || names.includes(named));
}
