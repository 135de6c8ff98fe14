import { Injectable } from '@nestjs/common';
import type { ClientSession, mongo } from 'mongoose';

import { ControlDatabase } from '../mongo/index.js';

/** That a key of a tenant was used. */
export interface KeyUse {
  readonly id: string;
  readonly tenant: string;
  readonly at: Date;
}

interface KeyUseRecord {
  readonly _id: string;
  readonly tenant: string;
  readonly last_used: Date;
}

/** When API keys were last used, as stored apart from the tenants: a use is no news for other instances. */
@Injectable()
export class KeyUseRepository {
  constructor(private readonly control: ControlDatabase) {}

  /** Notes the uses of keys that there are still; an older use than the one known changes nothing. */
  async note(uses: readonly KeyUse[]): Promise<void> {
    await this.control.with(async (database) => {
      const known = await findKeyIds(database, [...new Set(uses.map(({ tenant }) => tenant))]);
      const notes = uses.filter(({ id }) => known.has(id)).map(({ id, tenant, at }) => ({
        updateOne: { filter: { _id: id }, update: { $max: { last_used: at }, $set: { tenant } }, upsert: true },
      }));
      if (notes.length > 0) await collectionIn(database).bulkWrite(notes, { ordered: false });
    });
  }

  /** When each of the keys was last used; one that never was is not in it. */
  async find(ids: readonly string[]): Promise<ReadonlyMap<string, Date>> {
    const records = await this.control.with((database) => collectionIn(database).find({ _id: { $in: [...ids] } }).toArray());
    return new Map(records.map(({ _id, last_used: lastUsed }) => [_id, lastUsed]));
  }

  /** Forgets keys in the transaction that removes them. */
  async forgetIn(database: mongo.Db, session: ClientSession, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await collectionIn(database).deleteMany({ _id: { $in: [...ids] } }, { session });
  }
}

function collectionIn(database: mongo.Db): mongo.Collection<KeyUseRecord> {
  return database.collection<KeyUseRecord>('key_uses');
}

async function findKeyIds(database: mongo.Db, tenants: string[]): Promise<ReadonlySet<string>> {
  const stored = database.collection<{ readonly _id: string; readonly keys?: readonly { readonly id: string }[] }>('tenants');
  const records = await stored.find({ _id: { $in: tenants } }, { projection: { 'keys.id': 1 } }).toArray();
  return new Set(records.flatMap(({ keys = [] }) => keys.map(({ id }) => id)));
}
