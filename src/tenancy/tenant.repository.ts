import { Injectable } from '@nestjs/common';
import mongoose, { type ClientSession, type mongo } from 'mongoose';

import { AuditRepository, type Actor } from '../audit/index.js';
import { PromiseCache } from '../common/index.js';
import { ControlDatabase, DUPLICATE_KEY } from '../mongo/index.js';
import { KeyUseRepository } from './key-use.repository.js';
import { NameTakenError } from './tenancy.errors.js';
import { keysRemoved, toAuditEntries } from './tenant-audit.js';
import { DEFAULT_LIMITS, DEFAULT_SETTINGS, type ApiKey, type Tenant, type TenantLimits } from './tenant.js';

type TenantRecord = Omit<Tenant, 'key' | 'keys' | 'database_user' | 'limits'> & {
  readonly _id: string;
  readonly keys?: readonly ApiKey[];
  readonly database_user?: boolean;
  readonly limits?: Partial<TenantLimits>;
};

interface RevisionRecord {
  readonly _id: 'tenants';
  readonly revision: number;
}


/** How a tenant was before a change and is after it; null: not there. */
interface Change {
  readonly before: Tenant | null;
  readonly after: Tenant | null;
}

/** The tenants as stored in the control database, and a revision that moves with every change of them; each change is recorded with it. */
@Injectable()
export class TenantRepository {
  private readonly indexed = new PromiseCache<void>();

  constructor(
    private readonly control: ControlDatabase,
    private readonly audit: AuditRepository,
    private readonly keyUses: KeyUseRepository,
  ) {}

  findAll(): Promise<Tenant[]> {
    return this.control.with(async (database) => {
      const records = await database.collection<TenantRecord>('tenants').find().sort({ _id: 1 }).toArray();
      return records.map(toTenant);
    });
  }

  findOne(key: string): Promise<Tenant | null> {
    return this.control.with(async (database) => {
      const record = await database.collection<TenantRecord>('tenants').findOne({ _id: key });
      return record === null ? null : toTenant(record);
    });
  }

  /** How often the tenants were changed; 0 before the first time. */
  findRevision(): Promise<number> {
    return this.control.with(async (database) => {
      const record = await database.collection<RevisionRecord>('revisions').findOne({ _id: 'tenants' });
      return record?.revision ?? 0;
    });
  }

  /**
   * Stores what `decide` makes of the tenant as it is (null: there is none), undisturbed by other changes.
   * @throws NameTakenError, and whatever `decide` throws, with nothing changed
   */
  async put(key: string, decide: (current: Tenant | null) => Promise<Tenant>, actor: Actor): Promise<Tenant> {
    const { after } = await this.change(actor, async (tenants, session) => {
      const current = await tenants.findOne({ _id: key }, { session });
      const before = current === null ? null : toTenant(current);
      const after = await decide(before);
      await tenants.replaceOne({ _id: key }, toRecord(after), { upsert: true, session });
      return { before, after };
    });
    return after;
  }

  /** Removes the tenant and answers what it was, or null. */
  async remove(key: string, actor: Actor): Promise<Tenant | null> {
    const { before } = await this.change(actor, async (tenants, session) => {
      const record = await tenants.findOneAndDelete({ _id: key }, { session });
      return { before: record === null ? null : toTenant(record), after: null };
    });
    return before;
  }

  /** Records that the database of a tenant that is no more was dropped: no transaction can hold that. */
  async recordDrop({ key, database }: Tenant, actor: Actor): Promise<void> {
    await this.audit.append([{ actor, action: 'database dropped', tenant: key, key: null, details: { database } }]);
  }

  /** Notes that `collection` of the tenant's database has the indexes of `version`; no news for other instances, so the revision stays. */
  async setIndexVersion({ key, cluster, database: name }: Tenant, collection: string, version: number): Promise<void> {
    const path = `index_versions.${collection}`;
    await this.control.with((database) =>
      database.collection<TenantRecord>('tenants').updateOne({ _id: key, cluster, database: name }, { $set: { [path]: version } }),
    );
  }

  private async change<C extends Change>(actor: Actor, work: (tenants: mongo.Collection<TenantRecord>, session: ClientSession) => Promise<C>): Promise<C> {
    await Promise.all([this.ensureIndexes(), this.audit.ensureIndexes()]);
    try {
      return await this.control.inTransaction(async (database, session) => {
        const change = await work(database.collection<TenantRecord>('tenants'), session);
        await this.audit.appendIn(database, session, toAuditEntries(actor, change.before, change.after));
        await this.keyUses.forgetIn(database, session, keysRemoved(change.before, change.after).map(({ id }) => id));
        const revisions = database.collection<RevisionRecord>('revisions');
        await revisions.updateOne({ _id: 'tenants' }, { $inc: { revision: 1 } }, { upsert: true, session });
        return change;
      });
    } catch (error) {
      throw isDuplicateKey(error) ? new NameTakenError('sub_domains' in error.keyPattern ? 'sub_domains' : 'names') : error;
    }
  }

  private ensureIndexes(): Promise<void> {
    return this.indexed.get('tenants', () =>
      this.control.with(async (database) => {
        await database.collection('tenants').createIndexes([uniqueIndex('names'), uniqueIndex('sub_domains')]);
      }),
    );
  }
}

function uniqueIndex(field: string): mongo.IndexDescription {
  // Two empty lists would be equal to a unique index, so only lists with an element are in it.
  return { key: { [field]: 1 }, unique: true, partialFilterExpression: { [`${field}.0`]: { $exists: true } } };
}

function isDuplicateKey(error: unknown): error is mongo.MongoServerError & { keyPattern: object } {
  return error instanceof mongoose.mongo.MongoServerError && error.code === DUPLICATE_KEY && 'keyPattern' in error;
}

// Tenants of earlier versions lack what came later.
function toTenant({ _id, ...fields }: TenantRecord): Tenant {
  return {
    key: _id,
    ...fields,
    keys: fields.keys ?? [],
    database_user: fields.database_user ?? false,
    limits: { ...DEFAULT_LIMITS, ...fields.limits },
    settings: { ...DEFAULT_SETTINGS, ...fields.settings },
  };
}

function toRecord({ key, ...fields }: Tenant): TenantRecord {
  return { _id: key, ...fields };
}
