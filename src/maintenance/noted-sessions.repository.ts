import type { ClientSession, mongo } from 'mongoose';

import type { ControlDatabase } from '../mongo/index.js';
import type { BroughtRoomRepository } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';

/** Sessions of MongoDB in which work on a tenant writes. */
interface SessionRecord {
  readonly _id: string;
  readonly sessions: readonly mongo.ServerSessionId[];
}

/**
 * Remembers in which sessions long work writes: MongoDB keeps the transaction of a process that was killed open for a minute, and
 * whoever wants to write the same waits for that.
 */
export abstract class NotedSessions {
  private readonly noted = new Set<string>();

  protected constructor(
    private readonly control: ControlDatabase,
    private readonly rooms: BroughtRoomRepository,
    /** The control database's collection that is only for this kind of work. */
    private readonly collection: string,
  ) {}

  /** Ends what work of this kind on this tenant that was killed has left open. */
  async endLeft(tenant: Tenant): Promise<void> {
    const record = await this.control.with((database) => this.in(database).findOne({ _id: tenant.key }));
    if (record !== null) await this.rooms.endSessions(tenant, record.sessions);
  }

  /** To be called before anything is written in the session. */
  async note({ key }: Tenant, { id }: ClientSession): Promise<void> {
    if (id === undefined) return;
    const name = `${key}/${id.id.toString('hex')}`;
    if (this.noted.has(name)) return;
    await this.control.with((database) => this.in(database).updateOne({ _id: key }, { $addToSet: { sessions: id } }, { upsert: true }));
    this.noted.add(name);
  }

  /** The work is over. */
  async forget({ key }: Tenant): Promise<void> {
    await this.control.with((database) => this.in(database).deleteOne({ _id: key }));
    this.noted.clear();
  }

  private in(database: mongo.Db): mongo.Collection<SessionRecord> {
    return database.collection<SessionRecord>(this.collection);
  }
}
