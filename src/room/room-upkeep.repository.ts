import { Injectable } from '@nestjs/common';
import type { ClientSession, Model, mongo } from 'mongoose';

import { lookThrough, newId, type Id, type Looked } from '../mongo/index.js';
import { TenantModels, type Tenant } from '../tenancy/index.js';
import { ROOMS, type RoomRecord } from './room.schema.js';
import type { Room } from './room.js';

const LOOKED_AT_ONCE = 1_000;
// What a room has that no message has moved.
const UNMOVED: Pick<Room, 'participants' | 'last_message' | 'seq'> = { participants: [], last_message: null, seq: 0 };

/** The parts of a room that its messages decide. */
export type MendedParts = Partial<Pick<Room, 'participants' | 'last_message' | 'seq' | 'updated_date'>>;

/** The rooms of a tenant as upkeep reads and mends them: parts that its messages decide and that are gone are read as those of a room without messages. */
@Injectable()
export class RoomUpkeepRepository {
  constructor(private readonly models: TenantModels) {}

  /** About how many rooms there are. */
  count(tenant: Tenant): Promise<number> {
    return this.models.with(tenant, ROOMS, (rooms) => toDriverCollection(rooms).estimatedDocumentCount());
  }

  /** The next rooms by `_id`, whole; from the first where `after` is null. */
  findBehind(tenant: Tenant, after: Id | null, limit: number): Promise<Room[]> {
    const filter = after === null ? {} : { _id: { $gt: after } };
    return this.models.with(tenant, ROOMS, (rooms) => toDriverCollection(rooms).find(filter, { sort: { _id: 1 }, limit, batchSize: limit }).map(toWhole).toArray());
  }

  /** Of the next rooms by `_id` behind `after`, those that somebody of this id may be in, or have sent the preview of. */
  findOfPerson(tenant: Tenant, after: Id | null, id: string): Promise<Looked<Room>> {
    const fields = ['participants.auth_user_id', 'participants.user_id', 'last_message.auth_user_id', 'last_message.from_user_id'];
    const filter = { $or: fields.map((field) => ({ [field]: id })) };
    return this.models.with(tenant, ROOMS, (rooms) => lookThrough(toDriverCollection(rooms), { after, filter, limit: LOOKED_AT_ONCE }));
  }

  async findIn(tenant: Tenant, id: Id, session: ClientSession): Promise<Room | null> {
    const found = await this.models.with(tenant, ROOMS, (rooms) => toDriverCollection(rooms).findOne({ _id: id }, { session }));
    return found === null ? null : toWhole(found);
  }

  /** Gives the room a new revision and answers it: whoever changes it before the transaction ends begins again. */
  async take(tenant: Tenant, id: Id, session: ClientSession): Promise<Room | null> {
    const update = { $set: { revision: newId() } };
    const taken = await this.models.with(tenant, ROOMS, (rooms) => toDriverCollection(rooms).findOneAndUpdate({ _id: id }, update, { session, returnDocument: 'after' }));
    return taken === null ? null : toWhole(taken);
  }

  /** Sets parts of a room that the transaction has taken. */
  async mend(tenant: Tenant, id: Id, parts: MendedParts, session: ClientSession): Promise<void> {
    await this.models.with(tenant, ROOMS, (rooms) => toDriverCollection(rooms).updateOne({ _id: id }, { $set: parts }, { session }));
  }

  /** By the `_id` of the room, the `_id` of the message that is its preview; rooms without one are left out. */
  async findPreviewIds(tenant: Tenant, ids: readonly Id[]): Promise<ReadonlyMap<string, string>> {
    const filter = { _id: { $in: [...ids] }, last_message: { $ne: null } };
    const options = { projection: { 'last_message._id': 1 }, batchSize: ids.length + 1 };
    const rooms = await this.models.with(tenant, ROOMS, (all) => toDriverCollection(all).find(filter, options).toArray());
    return new Map(rooms.map(({ _id, last_message: preview }) => [_id.toHexString(), preview?._id.toHexString() ?? '']));
  }

  /** Takes the room's preview away where it is this message still. */
  async removePreview(tenant: Tenant, id: Id, message: Id, session: ClientSession): Promise<void> {
    const update = { $set: { last_message: null, revision: newId() } };
    await this.models.with(tenant, ROOMS, (rooms) => toDriverCollection(rooms).updateOne({ _id: id, 'last_message._id': message }, update, { session }));
  }
}

function toDriverCollection(rooms: Model<RoomRecord>): mongo.Collection<Room> {
  return rooms.collection as unknown as mongo.Collection<Room>;
}

function toWhole(room: Room): Room {
  return { ...UNMOVED, ...room };
}
