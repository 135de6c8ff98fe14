import { Injectable } from '@nestjs/common';
import mongoose, { type mongo } from 'mongoose';

import { LOCATIONS } from '../../location/index.js';
import { MESSAGES, SEND_KEYS } from '../../message/index.js';
import { ControlDatabase, DUPLICATE_KEY, type StoredDocument } from '../../mongo/index.js';
import { ROOMS } from '../../room/index.js';
import { TenantModels, type Tenant, type TenantCollection } from '../../tenancy/index.js';

/** What was begun and is not ended yet. */
interface LoadRecord {
  /** Name of the tenant's database. */
  readonly _id: string;
  /** Which export. */
  readonly export: string;
  readonly began: Date;
}

/** A document that the database does not take. */
export interface RefusedDocument {
  /** Its place in the list. */
  readonly at: number;
  readonly message: string;
}

/** What became of a list of documents: how many were not there before, and the first that is refused. */
export interface Inserted {
  readonly inserted: number;
  readonly refused: RefusedDocument | null;
}

/** Documents of an export as they are put into a tenant's database. */
@Injectable()
export class LoadRepository {
  constructor(
    private readonly models: TenantModels,
    private readonly control: ControlDatabase,
  ) {}

  /** The export whose load was begun into this database and not ended, or null. */
  async findBegun({ database: name }: Tenant): Promise<string | null> {
    const record = await this.control.with((database) => collectionIn(database).findOne({ _id: name }));
    return record?.export ?? null;
  }

  async begin({ database: name }: Tenant, id: string): Promise<void> {
    await this.control.with((database) => collectionIn(database).updateOne({ _id: name }, { $setOnInsert: { export: id, began: new Date() } }, { upsert: true }));
  }

  async end({ database: name }: Tenant): Promise<void> {
    await this.control.with((database) => collectionIn(database).deleteOne({ _id: name }));
  }

  /** Makes the indexes that the collection has on its first touch. */
  async prepare(tenant: Tenant, name: string): Promise<void> {
    await INDEXES.get(name)?.(this.models, tenant);
  }

  /** Stores the documents whose `_id` is not there yet; what is there stays as it is. */
  insert(tenant: Tenant, name: string, documents: readonly StoredDocument[]): Promise<Inserted> {
    return this.models.onDatabase(tenant, async (database) => {
      try {
        const { insertedCount } = await database.collection(name).insertMany([...documents], { ordered: false });
        return { inserted: insertedCount, refused: null };
      } catch (error) {
        if (!(error instanceof mongoose.mongo.MongoBulkWriteError) || error.result.getWriteConcernError() !== undefined) throw error;
        return { inserted: error.insertedCount, refused: toRefused([error.writeErrors].flat()) };
      }
    });
  }
}

const INDEXES: ReadonlyMap<string, (models: TenantModels, tenant: Tenant) => Promise<void>> = new Map([toIndexes(ROOMS), toIndexes(MESSAGES), toIndexes(LOCATIONS), toIndexes(SEND_KEYS)]);

function toIndexes<T>(collection: TenantCollection<T>): [string, (models: TenantModels, tenant: Tenant) => Promise<void>] {
  return [collection.name, (models, tenant) => models.with(tenant, collection, () => Promise.resolve())];
}

function collectionIn(database: mongo.Db): mongo.Collection<LoadRecord> {
  return database.collection<LoadRecord>('loads');
}

// That its `_id` is there already is what a second run meets.
function toRefused(all: readonly mongo.WriteError[]): RefusedDocument | null {
  const first = all.find(({ code, errmsg = '' }) => code !== DUPLICATE_KEY || !errmsg.includes(' index: _id_ '));
  return first === undefined ? null : { at: first.index, message: first.errmsg ?? `error ${String(first.code)}` };
}
