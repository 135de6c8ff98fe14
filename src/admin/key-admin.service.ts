import { randomBytes } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { THIS_SERVICE, type Actor } from '../audit/index.js';
import { toKeyHash } from '../auth/index.js';
import { KEY_PREFIX, KeyUseRepository, TenantDirectory, TenantRepository, type ApiKey, type Tenant } from '../tenancy/index.js';
import { KeyNotFoundError, KeysFullError, TenantNotFoundError } from './admin.errors.js';

const MOST_KEYS = 50;
const ID_BYTES = 6;
const SECRET_BYTES = 24;

/** What is said of a key that is to be made. */
export type KeyFields = Pick<ApiKey, 'role' | 'expires' | 'note'>;

/** A key that was just made: the only time that it can be read. */
export interface MadeKey extends ApiKey {
  readonly credential: string;
}

/** A key as it is listed. */
export interface ListedKey extends ApiKey {
  /** The minute of its last use, known a minute later at the most; null: it was never used. */
  readonly lastUsed: Date | null;
}

/** API keys made, listed and revoked: the one service behind the admin API and the command line. */
@Injectable()
export class KeyAdminService {
  constructor(
    private readonly tenants: TenantRepository,
    private readonly directory: TenantDirectory,
    private readonly uses: KeyUseRepository,
  ) {}

  /** Makes a key; good here when it returns, elsewhere within 5 s. @throws TenantNotFoundError, KeysFullError */
  async add(tenant: string, fields: KeyFields, actor: Actor = THIS_SERVICE): Promise<MadeKey> {
    const made = newKey(tenant, fields);
    const { credential, ...key } = made;
    await this.change(tenant, actor, (keys) => {
      if (keys.length >= MOST_KEYS) throw new KeysFullError(MOST_KEYS);
      return [...keys, key];
    });
    return made;
  }

  /** The tenant's keys in the order of their making. @throws TenantNotFoundError */
  async findAll(tenant: string): Promise<ListedKey[]> {
    const { keys } = existing(await this.tenants.findOne(tenant));
    const uses = await this.uses.find(keys.map(({ id }) => id));
    return keys.map((key) => ({ ...key, lastUsed: uses.get(key.id) ?? null }));
  }

  /** Revokes a key, for ever, and answers what it was. @throws TenantNotFoundError, KeyNotFoundError */
  async revoke(tenant: string, id: string, actor: Actor = THIS_SERVICE): Promise<ApiKey> {
    const before = await this.change(tenant, actor, (keys) => {
      checkHas(keys, id);
      return keys.filter((key) => key.id !== id);
    });
    return checkHas(before, id);
  }

  private async change(tenant: string, actor: Actor, decide: (keys: readonly ApiKey[]) => ApiKey[]): Promise<readonly ApiKey[]> {
    let before: readonly ApiKey[] = [];
    const decideAll = (current: Tenant | null): Promise<Tenant> => {
      const found = existing(current);
      before = found.keys;
      return Promise.resolve({ ...found, keys: decide(found.keys) });
    };
    await this.tenants.put(tenant, decideAll, actor);
    await this.directory.refresh();
    return before;
  }
}

function newKey(tenant: string, fields: KeyFields): MadeKey {
  const id = randomBytes(ID_BYTES).toString('hex');
  const credential = `${KEY_PREFIX}${tenant}_${id}_${randomBytes(SECRET_BYTES).toString('hex')}`;
  return { id, ...fields, hash: toKeyHash(credential), created_date: new Date(), credential };
}

function existing(tenant: Tenant | null): Tenant {
  if (tenant === null) throw new TenantNotFoundError();
  return tenant;
}

function checkHas(keys: readonly ApiKey[], id: string): ApiKey {
  const key = keys.find((one) => one.id === id);
  if (key === undefined) throw new KeyNotFoundError();
  return key;
}
