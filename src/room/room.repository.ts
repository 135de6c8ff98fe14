import { Injectable } from '@nestjs/common';
import type { ClientSession, Model, mongo } from 'mongoose';

import { ALL_AT_ONCE, findAtOnce, idOf, readAll, toDocument, toId, type Batch, type Id } from '../mongo/index.js';
import { TenantModels, type Tenant } from '../tenancy/index.js';
import { findSurvivor } from './merged-rooms.repository.js';
import { toMoved, toRoomUpdate, type RoomChange } from './room-change.js';
import { identityOf, type Joiner } from './room-participant.js';
import { RoomKeys } from './room-keys.js';
import { toRoomQuestions, type RoomMatch, type RoomPosition, type RoomQuestion, type RoomWindow } from './room-query.js';
import { ROOMS, type RoomRecord } from './room.schema.js';
import { toMemberFilter, type Belonging, type Membered } from './room-membership.js';
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

  /** The room of that id, also by the old id of a room that was merged into it, or null. */
  findById(tenant: Tenant, id: Id): Promise<Room | null> {
    return this.models.with(tenant, ROOMS, (rooms) => orOfSurvivor(rooms, id, (one) => rooms.findById(one).lean<Room>()));
  }

  /** The rooms of these ids that there are, without participants and newest message. */
  async findAlone(tenant: Tenant, ids: readonly Id[]): Promise<Room[]> {
    const found: Room[] = [];
    await this.readParts(tenant, ids, { projection: ALONE, visit: (room) => found.push(toDocument(room) as Room) });
    return found;
  }

  /** Rooms of an agent on an order, up to a hundred, as much of them as says whose they are; of those that a customer or shop made, the ones that the agent has joined. */
  findOfAgent(tenant: Tenant, agentId: string, orderId: string): Promise<Membered[]> {
    const vouched: object[] = [{ made_by: { $nin: ['user', 'vendor'] } }, { participants: { $elemMatch: { user_type: 'agent', auth_user_id: agentId } } }];
    const filter = { agent_db: { $in: [...tenant.names, null] }, agent_id: agentId, order_id: orderId, $or: vouched };
    return this.models.with(tenant, ROOMS, (rooms) =>
      rooms.find(filter).select({ agent_id: 1, order_user_id: 1, vendor_id: 1, p2p_id: 1 }).limit(MOST_OF_ORDER).lean<Membered[]>(),
    );
  }

  /** Sets the issue flag with all that moves with a change; false where there is no such room of theirs. */
  setIssue(tenant: Tenant, id: Id, { isRaiseIssue, revision, of }: IssueChange): Promise<boolean> {
    const update = [{ $set: { isRaiseIssue, ...toMoved(revision) } }];
    return this.models.with(tenant, ROOMS, async (rooms) => {
      const set = async (one: Id): Promise<true | null> => {
        const { matchedCount } = await rooms.updateOne({ _id: one, ...toMemberFilter(of) }, update, { updatePipeline: true });
        return matchedCount === 1 ? true : null;
      };
      return (await orOfSurvivor(rooms, id, set)) ?? false;
    });
  }

  /**
   * Keys of the rooms that match any of these, newest `updated_date` first, equal dates by descending `_id`: one command that reads an
   * index and no room (two for the later pages of 2 to 200 shops, and one more for each 20,000 rooms). A room that moves meanwhile is not
   * passed over: each command reads of one moment.
   */
  findKeys(tenant: Tenant, matches: readonly RoomMatch[], { limit = Infinity, ...window }: RoomWindow = {}): Promise<RoomKeys> {
    return this.models.with(tenant, ROOMS, async (rooms, deadline) => {
      const found: Batch[] = [];
      let [after, left] = [window.after, limit];
      for (;;) {
        const batches = await findSomeKeys(rooms, toRoomQuestions(matches, { ...window, after }), Math.min(left, KEYS_AT_ONCE));
        const keys = new RoomKeys(batches);
        found.push(...batches);
        left -= keys.length;
        if (keys.length < KEYS_AT_ONCE || left === 0) return new RoomKeys(found);
        after = positionOf(keys);
        deadline.renew();
      }
    });
  }

  /** Reads the rooms of these ids that there are, as BSON and in no order: one command up to 16 MB of rooms. */
  read(tenant: Tenant, ids: readonly Id[], visit: (room: Buffer) => void): Promise<void> {
    return this.readParts(tenant, ids, { projection: {}, visit });
  }

  /**
   * Makes the change in one update and answers the room after it; null where there is no such room, or it has no place left
   * for somebody new.
   */
  change(tenant: Tenant, id: Id, change: RoomChange, options: ChangeOptions): Promise<Room | null> {
    const conditions = [toMemberFilter(options.of), whereThereIsPlace(change.joiner, options)];
    const { session } = options;
    return this.models.with(tenant, ROOMS, (rooms) => {
      const stored = toDatabase(rooms).collection<Room>(ROOMS.name);
      const asked = { returnDocument: 'after', ...(session === undefined ? {} : { session }) } as const;
      return orOfSurvivor(rooms, id, (one) => stored.findOneAndUpdate({ _id: one, $and: conditions }, toRoomUpdate(change), asked), session);
    });
  }

  private readParts(tenant: Tenant, ids: readonly Id[], { projection, visit }: { projection: object; visit: (room: Buffer) => void }): Promise<void> {
    return this.models.with(tenant, ROOMS, async (rooms, deadline) => {
      const left = new Map(ids.map((id) => [id.toHexString(), id]));
      const read = await findAtOnce(toDatabase(rooms), { find: ROOMS.name, filter: byIds(ids), projection, limit: ids.length });
      for (const room of read.documents()) {
        left.delete(idOf(room));
        visit(room);
      }
      if (left.size === 0) return;
      deadline.renew();
      const others = rooms.collection.find(byIds([...left.values()]), { projection, batchSize: ALL_AT_ONCE, raw: true });
      await readAll(others as unknown as mongo.FindCursor<Buffer>, deadline, visit);
    });
  }
}

export interface IssueChange {
  readonly isRaiseIssue: boolean;
  readonly revision: Id;
  /** Only a room that belongs to somebody so. */
  readonly of: readonly Belonging[] | null;
}

export interface ChangeOptions {
  /** Only a room that belongs to somebody so. */
  readonly of: readonly Belonging[] | null;
  /** Only if the joiner is not in the room yet. */
  readonly onlyIfNew: boolean;
  readonly participantLimit: number;
  readonly session?: ClientSession;
}

// An order has a handful.
const MOST_OF_ORDER = 100;
const KEYS_NEWEST_FIRST = { sort: { updated_date: -1, _id: -1 }, projection: { _id: 1, revision: 1, updated_date: 1 } } as const;
const ALONE = { participants: 0, last_message: 0 } as const;
// Two megabytes of keys.
const KEYS_AT_ONCE = 20_000;

// Where one question is not enough, the answers of the next lie behind those of the one before.
async function findSomeKeys(rooms: Model<RoomRecord>, questions: readonly RoomQuestion[], most: number): Promise<Batch[]> {
  const found: Batch[] = [];
  let left = most;
  for (const question of questions) {
    if (left === 0) break;
    const batch = await findAtOnce(toDatabase(rooms), { find: ROOMS.name, ...question, ...KEYS_NEWEST_FIRST, limit: left, isOfOneMoment: true });
    found.push(batch);
    left -= batch.length;
  }
  return found;
}

function positionOf(keys: RoomKeys): RoomPosition | undefined {
  const last = keys.at(keys.length - 1);
  const id = toId(last?.id ?? '');
  return last && id ? { updatedDate: last.updatedDate, id } : undefined;
}

function byIds(ids: readonly Id[]): { _id: { $in: Id[] } } {
  return { _id: { $in: [...ids] } };
}

// No room has the id of one that was merged: only then is its new place asked for.
async function orOfSurvivor<T>(rooms: Model<RoomRecord>, id: Id, ask: (id: Id) => Promise<T | null>, session?: ClientSession): Promise<T | null> {
  const found = await ask(id);
  if (found !== null) return found;
  const survivor = await findSurvivor(toDatabase(rooms), id, session);
  return survivor === null ? null : ask(survivor);
}

// Lists and sends use the driver itself: mongoose has nothing to add to them but time.
function toDatabase(rooms: Model<RoomRecord>): mongo.Db {
  return rooms.db.db ?? rooms.db.getClient().db(rooms.db.name);
}

function whereThereIsPlace(joiner: Joiner, { onlyIfNew, participantLimit }: ChangeOptions): object {
  const known = { $elemMatch: identityOf(joiner) };
  const place = { [`participants.${participantLimit - 1}`]: { $exists: false } };
  return onlyIfNew ? { participants: { $not: known }, ...place } : { $or: [{ participants: known }, place] };
}
