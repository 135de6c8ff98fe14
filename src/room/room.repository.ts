import { Injectable } from '@nestjs/common';
import type { ClientSession, Model, mongo, QueryFilter } from 'mongoose';

import type { Id } from '../mongo/index.js';
import { TenantModels, type Tenant } from '../tenancy/index.js';
import { toRoomUpdate, type RoomChange } from './room-change.js';
import { identityOf, type Joiner } from './room-participant.js';
import { ROOMS, type RoomRecord } from './room.schema.js';
import type { Room } from './room.js';

/** Rooms by what they are: each field equal. */
export type RoomMatch = Readonly<Record<'agent_db' | 'agent_id' | 'type', string>>;

/** Where a page of rooms ended: the next one begins behind it. */
export interface RoomPosition {
  readonly updatedDate: Date;
  readonly id: Id;
}

/** Which part of a list is wanted. */
export interface RoomWindow {
  readonly after?: RoomPosition | undefined;
  readonly updatedSince?: Date | undefined;
  readonly limit?: number | undefined;
}

/** The rooms of a tenant, as stored. */
@Injectable()
export class RoomRepository {
  constructor(private readonly models: TenantModels) {}

  /** Stores the room unless its `room_name` is known, and answers the one that is stored. */
  insertOrFind(tenant: Tenant, room: Room): Promise<{ room: Room; isNew: boolean }> {
    return this.models.with(tenant, ROOMS, async (rooms) => {
      const stored = await rooms
        .findOneAndUpdate({ room_name: room.room_name }, { $setOnInsert: room }, { upsert: true, returnDocument: 'after' })
        .lean<Room>();
      return { room: stored, isNew: stored._id.equals(room._id) };
    });
  }

  /** Stores rooms as they are, ids and dates included. */
  async insertAll(tenant: Tenant, all: readonly Room[]): Promise<void> {
    await this.models.with(tenant, ROOMS, (rooms) => rooms.insertMany(all, { ordered: true }));
  }

  findById(tenant: Tenant, id: Id): Promise<Room | null> {
    return this.models.with(tenant, ROOMS, (rooms) => rooms.findById(id).lean<Room>());
  }

  /** Rooms that match, newest `updated_date` first, equal dates by descending `_id`; one command up to 16 MB of rooms. */
  findNewestFirst(tenant: Tenant, match: RoomMatch, window: RoomWindow = {}): Promise<Room[]> {
    const options = { sort: { updated_date: -1, _id: -1 }, limit: window.limit ?? 0, batchSize: window.limit ?? WHOLE_LIST } as const;
    return this.models.with(tenant, ROOMS, async (rooms, deadline) => {
      const cursor = toDriverCollection(rooms).find(toFilter(match, window), options);
      const found: Room[] = [];
      while (await cursor.hasNext()) {
        // One by one: a batch can hold more rooms than a call may have arguments.
        for (const room of cursor.readBufferedDocuments()) found.push(room);
        deadline.renew();
      }
      return found;
    });
  }

  /**
   * Makes the change in one update and answers the room after it; null where there is no such room, or it has no place left
   * for somebody new.
   */
  change(tenant: Tenant, id: Id, change: RoomChange, options: ChangeOptions): Promise<Room | null> {
    const filter = { _id: id, ...whereThereIsPlace(change.joiner, options) };
    return this.models.with(tenant, ROOMS, (rooms) =>
      rooms
        .findOneAndUpdate(filter, toRoomUpdate(change), {
          returnDocument: 'after',
          updatePipeline: true,
          session: options.session ?? null,
        })
        .lean<Room | null>(),
    );
  }
}

export interface ChangeOptions {
  /** Only if the joiner is not in the room yet. */
  readonly onlyIfNew: boolean;
  readonly participantLimit: number;
  readonly session?: ClientSession;
}

// The driver asks for 101 documents first unless told; a whole list comes in one answer up to MongoDB's 16 MB.
const WHOLE_LIST = 100_000;

// Lists are read by the driver itself: mongoose has nothing to add to them but time.
function toDriverCollection(rooms: Model<RoomRecord>): mongo.Collection<Room> {
  return rooms.collection as unknown as mongo.Collection<Room>;
}

// A rooted $or keeps each branch on the index, merged in order; $lte with an inner $or would not (measured on MongoDB 6.0).
function toFilter(match: RoomMatch, { after, updatedSince }: RoomWindow): mongo.Filter<Room> {
  const since = updatedSince === undefined ? {} : { $gte: updatedSince };
  if (after === undefined) return updatedSince === undefined ? { ...match } : { ...match, updated_date: { $gte: updatedSince } };
  return {
    $or: [
      { ...match, updated_date: after.updatedDate, _id: { $lt: after.id } },
      { ...match, updated_date: { ...since, $lt: after.updatedDate } },
    ],
  };
}

function whereThereIsPlace(joiner: Joiner, { onlyIfNew, participantLimit }: ChangeOptions): QueryFilter<RoomRecord> {
  const known = { $elemMatch: identityOf(joiner) };
  const place = { [`participants.${participantLimit - 1}`]: { $exists: false } };
  return onlyIfNew ? { participants: { $not: known }, ...place } : { $or: [{ participants: known }, place] };
}
