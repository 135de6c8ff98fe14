import { Injectable } from '@nestjs/common';
import mongoose, { type ClientSession, type mongo } from 'mongoose';

import { PromiseCache } from '../common/index.js';
import { ControlDatabase } from '../mongo/index.js';
import { NameTakenError } from './tenancy.errors.js';
import { DEFAULT_LIMITS, DEFAULT_SETTINGS, type ApiKey, type Tenant, type TenantLimits } from './tenant.js';

type TenantRecord = Omit<Tenant, 'key' | 'keys' | 'limits'> & { readonly _id: string; readonly keys?: readonly ApiKey[]; readonly limits?: Partial<TenantLimits> };

interface RevisionRecord {
  readonly _id: 'tenants';
  readonly revision: number;
}

const DUPLICATE_KEY = 11000;

/** The tenants as stored in the control database, and a revision that moves with every change of them. */
@Injectable()
export class TenantRepository {
  private readonly indexed = new PromiseCache<void>();

  constructor(private readonly control: ControlDatabase) {}

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
  async put(key: string, decide: (current: Tenant | null) => Promise<Tenant>): Promise<Tenant> {
    await this.ensureIndexes();
    return this.change(async (tenants, session) => {
      const current = await tenants.findOne({ _id: key }, { session });
      const next = await decide(current === null ? null : toTenant(current));
      await tenants.replaceOne({ _id: key }, toRecord(next), { upsert: true, session });
      return next;
    });
  }

  /** Removes the tenant and answers what it was, or null. */
  remove(key: string): Promise<Tenant | null> {
    return this.change(async (tenants, session) => {
      const record = await tenants.findOneAndDelete({ _id: key }, { session });
      return record === null ? null : toTenant(record);
    });
  }

  /** Notes that `collection` of the tenant's database has the indexes of `version`; no news for other instances, so the revision stays. */
  async setIndexVersion({ key, cluster, database: name }: Tenant, collection: string, version: number): Promise<void> {
    const path = `index_versions.${collection}`;
    await this.control.with((database) =>
      database.collection<TenantRecord>('tenants').updateOne({ _id: key, cluster, database: name }, { $set: { [path]: version } }),
    );
  }

  private async change<T>(work: (tenants: mongo.Collection<TenantRecord>, session: ClientSession) => Promise<T>): Promise<T> {
    try {
      return await this.control.inTransaction(async (database, session) => {
        const result = await work(database.collection<TenantRecord>('tenants'), session);
        const revisions = database.collection<RevisionRecord>('revisions');
        await revisions.updateOne({ _id: 'tenants' }, { $inc: { revision: 1 } }, { upsert: true, session });
        return result;
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
  return { key: _id, ...fields, keys: fields.keys ?? [], limits: { ...DEFAULT_LIMITS, ...fields.limits }, settings: { ...DEFAULT_SETTINGS, ...fields.settings } };
}

function toRecord({ key, ...fields }: Tenant): TenantRecord {
  return { _id: key, ...fields };
}
