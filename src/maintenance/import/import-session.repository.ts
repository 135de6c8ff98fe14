import { Injectable } from '@nestjs/common';
import type { ClientSession, mongo } from 'mongoose';

import { ControlDatabase } from '../../mongo/index.js';
import { BroughtRoomRepository } from '../../room/index.js';
import type { Tenant } from '../../tenancy/index.js';

/** Sessions of MongoDB in which imports of a tenant store what they bring. */
interface ImportRecord {
  readonly _id: string;
  readonly sessions: readonly mongo.ServerSessionId[];
}

/**
 * Remembers in which sessions an import writes: MongoDB keeps the transaction of a process that was killed open for a minute, and
 * whoever wants to write the same waits for that.
 */
@Injectable()
export class ImportSessionRepository {
  private readonly noted = new Set<string>();

  constructor(
    private readonly control: ControlDatabase,
    private readonly rooms: BroughtRoomRepository,
  ) {}

  /** Ends what an import of this tenant that was killed has left open. */
  async endLeft(tenant: Tenant): Promise<void> {
    const record = await this.control.with((database) => collectionIn(database).findOne({ _id: tenant.key }));
    if (record !== null) await this.rooms.endSessions(tenant, record.sessions);
  }

  /** To be called before anything is written in the session. */
  async note({ key }: Tenant, { id }: ClientSession): Promise<void> {
    if (id === undefined) return;
    const name = `${key}/${id.id.toString('hex')}`;
    if (this.noted.has(name)) return;
    await this.control.with((database) => collectionIn(database).updateOne({ _id: key }, { $addToSet: { sessions: id } }, { upsert: true }));
    this.noted.add(name);
  }

  /** The import is over. */
  async forget({ key }: Tenant): Promise<void> {
    await this.control.with((database) => collectionIn(database).deleteOne({ _id: key }));
    this.noted.clear();
  }
}

function collectionIn(database: mongo.Db): mongo.Collection<ImportRecord> {
  return database.collection<ImportRecord>('imports');
}
