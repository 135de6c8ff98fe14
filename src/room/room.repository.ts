import { Injectable } from '@nestjs/common';
import type { ClientSession, Model, mongo, QueryFilter } from 'mongoose';

import { ALL_AT_ONCE, readAll, type Id } from '../mongo/index.js';
import { TenantModels, type Tenant } from '../tenancy/index.js';
import { toMoved, toRoomUpdate, type RoomChange } from './room-change.js';
import { identityOf, type Joiner } from './room-participant.js';
import { toRoomQuestions, type RoomKey, type RoomMatch, type RoomWindow } from './room-query.js';
import { ROOMS, type RoomRecord } from './room.schema.js';
import type { Room } from './room.js';

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

  /** The rooms of these ids that there are, without participants. */
  findAlone(tenant: Tenant, ids: readonly Id[]): Promise<Room[]> {
    return this.models.with(tenant, ROOMS, (rooms) =>
      rooms
        .find({ _id: { $in: ids } })
        .select({ participants: 0 })
        .lean<Room[]>(),
    );
  }

  /** Sets the issue flag with all that moves with a change; false where there is no such room. */
  setIssue(tenant: Tenant, id: Id, { isRaiseIssue, revision }: { isRaiseIssue: boolean; revision: Id }): Promise<boolean> {
    const update = [{ $set: { isRaiseIssue, ...toMoved(revision) } }];
    return this.models.with(tenant, ROOMS, async (rooms) => {
      const { matchedCount } = await rooms.updateOne({ _id: id }, update, { updatePipeline: true });
      return matchedCount === 1;
    });
  }

  /**
   * Keys of the rooms that match any of these, newest `updated_date` first, equal dates by descending `_id`: one command that reads an
   * index and no room (two for the later pages of 2 to 200 shops).
   */
  findKeys(tenant: Tenant, matches: readonly RoomMatch[], window: RoomWindow = {}): Promise<RoomKey[]> {
    return this.models.with(tenant, ROOMS, async (rooms, deadline) => {
      const found: RoomKey[] = [];
      for (const { filter, hint } of toRoomQuestions(matches, window)) {
        const limit = window.limit === undefined ? 0 : window.limit - found.length;
        if (window.limit !== undefined && limit <= 0) break;
        const options = { ...KEYS_NEWEST_FIRST, limit, batchSize: limit || ALL_AT_ONCE, ...(hint === undefined ? {} : { hint }) };
        await readAll(toDriverCollection(rooms).find<RoomKey>(filter, options), deadline, (key) => found.push(key));
      }
      return found;
    });
  }

  /** Reads the rooms of these ids that there are, in no order: one command up to 16 MB of rooms. */
  async read(tenant: Tenant, ids: readonly Id[], visit: (room: Room) => void): Promise<void> {
    await this.models.with(tenant, ROOMS, (rooms, deadline) =>
      readAll(toDriverCollection(rooms).find<Room>({ _id: { $in: [...ids] } }, { batchSize: ALL_AT_ONCE }), deadline, visit),
    );
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

const KEYS_NEWEST_FIRST = { sort: { updated_date: -1, _id: -1 }, projection: { _id: 1, revision: 1, updated_date: 1 } } as const;

// Lists are read by the driver itself: mongoose has nothing to add to them but time.
function toDriverCollection(rooms: Model<RoomRecord>): mongo.Collection<Room> {
  return rooms.collection as unknown as mongo.Collection<Room>;
}

function whereThereIsPlace(joiner: Joiner, { onlyIfNew, participantLimit }: ChangeOptions): QueryFilter<RoomRecord> {
  const known = { $elemMatch: identityOf(joiner) };
  const place = { [`participants.${participantLimit - 1}`]: { $exists: false } };
  return onlyIfNew ? { participants: { $not: known }, ...place } : { $or: [{ participants: known }, place] };
}
