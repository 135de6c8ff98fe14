import { Injectable } from '@nestjs/common';
import type { ClientSession, mongo } from 'mongoose';

import { PromiseCache } from '../common/index.js';
import { ControlDatabase, newId, type Id } from '../mongo/index.js';
import type { AuditEntry, AuditRecord } from './audit-record.js';

/** Which records are asked for. */
export interface AuditQuery {
  readonly tenant: string | null;
  readonly limit: number;
  /** Only those that are older than this record. */
  readonly before: Id | null;
}

/** The records in the control database: appended, never changed or removed. */
@Injectable()
export class AuditRepository {
  private readonly indexed = new PromiseCache<void>();

  constructor(private readonly control: ControlDatabase) {}

  /** Makes the indexes where they are not there yet: once, and not in a transaction. */
  ensureIndexes(): Promise<void> {
    return this.indexed.get('audit', () =>
      this.control.with(async (database) => {
        await collectionIn(database).createIndexes([{ key: { at: 1, _id: 1 } }, { key: { tenant: 1, at: 1, _id: 1 } }]);
      }),
    );
  }

  /** Appends them in the transaction of what they tell of. */
  async appendIn(database: mongo.Db, session: ClientSession, entries: readonly AuditEntry[]): Promise<void> {
    if (entries.length > 0) await collectionIn(database).insertMany(entries.map(toRecord), { session });
  }

  async append(entries: readonly AuditEntry[]): Promise<void> {
    await this.ensureIndexes();
    if (entries.length > 0) await this.control.with((database) => collectionIn(database).insertMany(entries.map(toRecord)));
  }

  /** The newest of those asked for, newest first; null where there is no record `before`. */
  async find({ tenant, limit, before }: AuditQuery): Promise<AuditRecord[] | null> {
    return this.control.with(async (database) => {
      const records = collectionIn(database);
      const last = before === null ? null : await records.findOne({ _id: before });
      if (before !== null && last === null) return null;
      const filter = { ...(tenant === null ? {} : { tenant }), ...(last === null ? {} : olderThan(last)) };
      return records.find(filter).sort({ at: -1, _id: -1 }).limit(limit).toArray();
    });
  }
}

function collectionIn(database: mongo.Db): mongo.Collection<AuditRecord> {
  return database.collection<AuditRecord>('audit');
}

function olderThan({ at, _id }: AuditRecord): object {
  return { $or: [{ at: { $lt: at } }, { at, _id: { $lt: _id } }] };
}

function toRecord(entry: AuditEntry): AuditRecord {
  return { _id: newId(), at: new Date(), ...entry };
}
