import { Injectable } from '@nestjs/common';
import type { Request } from 'express';

import { isAddressIn } from '../common/index.js';
import { KEY_PREFIX, toKeyName, type Tenant, type TenantAuth } from '../tenancy/index.js';
import { CredentialRefusedError, TooManyRefusedError, type RefusalReason } from './auth.errors.js';
import { ANONYMOUS, type Caller } from './caller.js';
import { callerAddress } from './caller-address.js';
import { callerOfKey } from './key-check.js';
import { KeyUses } from './key-uses.js';
import { Refusals } from './refusals.js';
import { TokenCheck } from './token-check.js';

// More than a header can carry; sockets could send more.
const MOST_CHARACTERS = 16_384;

/** Finds out who is asking a tenant. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly tokenCheck: TokenCheck,
    private readonly refusals: Refusals,
    private readonly keyUses: KeyUses,
  ) {}

  /**
   * Who is asking: whom the credential names, or nobody where the tenant is open to calls (`http`) or `sockets` or to the address that asks. There
   * a credential of another service is as good as none: old apps send their panel's.
   * @throws CredentialRefusedError, the same whatever is wrong; TooManyRefusedError where that happens too often to the address that asks
   */
  async authenticate(tenant: Tenant, way: keyof TenantAuth, request: Request, credential: string | null): Promise<Caller> {
    const isOpen = (): boolean => !isKey(credential) && isOpenTo(tenant, way, request);
    const judged = await this.judge(tenant, request, credential, isOpen);
    const found = way === 'sockets' && hasEnded(judged) ? 'expired' : judged;
    if (typeof found !== 'string') return found;
    if (isOpen()) return ANONYMOUS;
    const exceeded = this.refusals.count(tenant, request);
    throw exceeded === null ? new CredentialRefusedError(found) : new TooManyRefusedError(exceeded);
  }

  private judge(tenant: Tenant, request: Request, credential: string | null, isOpen: () => boolean): Caller | RefusalReason | Promise<Caller | RefusalReason> {
    if (credential === null) return 'missing';
    if (isKey(credential)) return this.judgeKey(tenant, credential);
    if (credential.length > MOST_CHARACTERS) return 'wrong';
    return this.tokenCheck.callerOf({ tenant, token: credential, request, isOpen });
  }

  private judgeKey(tenant: Tenant, credential: string): Caller | RefusalReason {
    const found = callerOfKey(tenant, credential);
    const name = toKeyName(credential);
    if (typeof found !== 'string' && name !== null) this.keyUses.note(tenant, name.id);
    return found;
  }
}

function isKey(credential: string | null): boolean {
  return credential?.startsWith(KEY_PREFIX) === true;
}

// Clocks that are apart matter to a call, which is over at once; a socket must not outlast its credential by minutes.
function hasEnded(found: Caller | RefusalReason): boolean {
  return typeof found !== 'string' && found.expires !== null && found.expires.getTime() <= Date.now();
}

function isOpenTo(tenant: Tenant, way: keyof TenantAuth, request: Request): boolean {
  if (tenant.auth[way] === 'open') return true;
  const address = callerAddress(request);
  return address !== null && isAddressIn(address, tenant.open_from);
}
