import { Injectable } from '@nestjs/common';
import type { ClientSession, Model, mongo } from 'mongoose';

import { ALL_AT_ONCE, readAll, type Id } from '../mongo/index.js';
import { TenantModels, type Tenant } from '../tenancy/index.js';
import { noteMerged, type MergedRoom } from './merged-rooms.repository.js';
import { ROOMS, type RoomRecord } from './room.schema.js';
import type { Room } from './room.js';

/** What becomes of a room that is there: only where it is still in the state that was seen. */
export interface RoomReplacement {
  readonly id: Id;
  readonly seen: Id;
  readonly fields: Partial<Room>;
}

/** What is stored together. */
export interface BroughtRooms {
  readonly made: readonly Room[];
  readonly changed: readonly RoomReplacement[];
  readonly merged: readonly MergedRoom[];
}

/** Rooms that are moved in from another database, as stored. */
@Injectable()
export class BroughtRoomRepository {
  constructor(private readonly models: TenantModels) {}

  /** True where there is a room that this source did not bring. */
  hasOthers(tenant: Tenant, source: string): Promise<boolean> {
    return this.models.with(tenant, ROOMS, async (rooms) => {
      const other = await toCollection(rooms).findOne({ brought_by: { $ne: source } }, { projection: { _id: 1 } });
      return other !== null;
    });
  }

  /** The rooms that have one of these names or ids, whole. */
  find(tenant: Tenant, { names, ids }: { names: readonly string[]; ids: readonly Id[] }): Promise<Room[]> {
    const filter = { $or: [{ room_name: { $in: [...names] } }, { _id: { $in: [...ids] } }] };
    return this.models.with(tenant, ROOMS, async (rooms, deadline) => {
      const found: Room[] = [];
      await readAll(toCollection(rooms).find(filter, { batchSize: ALL_AT_ONCE }), deadline, (room) => found.push(room));
      return found;
    });
  }

  /** Aborts what is open in these sessions of the tenant's own client. */
  endSessions(tenant: Tenant, sessions: readonly mongo.ServerSessionId[]): Promise<void> {
    return this.models.with(tenant, ROOMS, async (rooms) => {
      await rooms.db.getClient().db('admin').command({ killSessions: sessions.map(({ id }) => ({ id })) });
    });
  }

  /** Stores all of it in the transaction; false where a room has changed since it was seen, and the transaction must not be committed then. */
  store(tenant: Tenant, { made, changed, merged }: BroughtRooms, session: ClientSession): Promise<boolean> {
    return this.models.with(tenant, ROOMS, async (rooms) => {
      const collection = toCollection(rooms);
      if (made.length > 0) await collection.insertMany([...made], { session });
      await noteMerged(toDatabase(rooms), merged, session);
      if (changed.length === 0) return true;
      const writes = changed.map(({ id, seen, fields }) => ({ updateOne: { filter: { _id: id, revision: seen }, update: { $set: fields } } }));
      return (await collection.bulkWrite(writes, { session })).matchedCount === changed.length;
    });
  }
}

function toCollection(rooms: Model<RoomRecord>): mongo.Collection<Room> {
  return rooms.collection as unknown as mongo.Collection<Room>;
}

function toDatabase(rooms: Model<RoomRecord>): mongo.Db {
  return rooms.db.db ?? rooms.db.getClient().db(rooms.db.name);
}
