import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';

import { ControlDatabase, newId, type Id } from '../mongo/index.js';
import type { Tenant } from '../tenancy/index.js';

// Longer than any step of the work that it is for; a lease whose holder has died ends by itself.
const LEASE_MS = 60_000;

/** That one instance works on a tenant's database, and no other before its end. */
export interface Lease {
  readonly database: string;
  readonly holder: Id;
  /** When it was taken, by MongoDB's clock. */
  readonly taken: Date;
}

interface LeaseRecord {
  /** Name of the tenant's database. */
  readonly _id: string;
  readonly holder: Id;
  readonly taken: Date;
  readonly until: Date;
}

/** Leases in the control database; their clock is MongoDB's, one for all instances. */
@Injectable()
export class RetentionLeaseRepository {
  constructor(private readonly control: ControlDatabase) {}

  /** A lease for the tenant, or null while another one lasts. */
  take({ database: name }: Tenant): Promise<Lease | null> {
    const holder = newId();
    const mine = { holder, taken: '$$NOW', until: { $add: ['$$NOW', LEASE_MS] } };
    const isFree = { $lte: [{ $ifNull: ['$until', '$$NOW'] }, '$$NOW'] };
    const update = [{ $replaceWith: { $cond: [isFree, { $mergeObjects: ['$$ROOT', mine] }, '$$ROOT'] } }];
    return this.control.with(async (database) => {
      const record = await collectionIn(database).findOneAndUpdate({ _id: name }, update, { upsert: true, returnDocument: 'after' });
      return record?.holder.equals(holder) === true ? { database: name, holder, taken: record.taken } : null;
    });
  }

  /** Makes it last on; false where it has ended and another was given. */
  renew(lease: Lease): Promise<boolean> {
    return this.endIn(lease, LEASE_MS);
  }

  /** Lets nobody have another before so much time has passed; false as of {@link renew}. */
  endIn({ database: name, holder }: Lease, ms: number): Promise<boolean> {
    return this.control.with(async (database) => {
      const update = [{ $set: { until: { $add: ['$$NOW', ms] } } }];
      const { matchedCount } = await collectionIn(database).updateOne({ _id: name, holder }, update);
      return matchedCount === 1;
    });
  }
}

function collectionIn(database: mongo.Db): mongo.Collection<LeaseRecord> {
  return database.collection<LeaseRecord>('retention_leases');
}
