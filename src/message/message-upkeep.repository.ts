import { Injectable } from '@nestjs/common';
import mongoose, { type ClientSession } from 'mongoose';

import { lookThrough, readAll, type Id, type Looked } from '../mongo/index.js';
import type { Message } from '../room/index.js';
import { TenantModels, type Tenant } from '../tenancy/index.js';
import { MESSAGES, toDriverCollection } from './message.schema.js';

/** Which rooms' messages: those whose `_id` lies behind `after` (null: from the first), up to `upTo` (null: to the last). */
export interface RoomRange {
  readonly after: Id | null;
  readonly upTo: Id | null;
}

/** Messages that are older than a date, some at a time. */
export interface OldMessages {
  readonly before: Date;
  readonly limit: number;
}

/** What becomes of single fields of a message. */
export interface MessageChange {
  readonly _id: Id;
  readonly fields: Partial<Message>;
}

/** A message and where it belongs. */
export type Placed = Pick<Message, '_id' | 'room'>;

// A quarter of a megabyte, more or less.
const BATCH = 500;
const LOOKED_AT_ONCE = 5_000;
const IN_ORDER = { sort: { room: 1, seq: 1 }, batchSize: BATCH } as const;

/** The messages of a tenant as upkeep reads, brings back and removes them. */
@Injectable()
export class MessageUpkeepRepository {
  constructor(private readonly models: TenantModels) {}

  /** About how many messages there are. */
  count(tenant: Tenant): Promise<number> {
    return this.models.with(tenant, MESSAGES, (messages) => toDriverCollection(messages).estimatedDocumentCount());
  }

  /** Shows each message of these rooms, whether the rooms are there or not, by room and `seq`; a batch of them is in memory at a time. */
  readOfRooms(tenant: Tenant, { after, upTo }: RoomRange, visit: (message: Message) => void): Promise<void> {
    const room = { ...(after === null ? {} : { $gt: after }), ...(upTo === null ? {} : { $lte: upTo }) };
    const filter = Object.keys(room).length === 0 ? {} : { room };
    return this.models.with(tenant, MESSAGES, (messages, deadline) => readAll(toDriverCollection(messages).find(filter, IN_ORDER), deadline, visit));
  }

  /** The same of one room, as the transaction sees it. */
  readOfRoom(tenant: Tenant, room: Id, session: ClientSession, visit: (message: Message) => void): Promise<void> {
    return this.models.with(tenant, MESSAGES, (messages, deadline) =>
      readAll(toDriverCollection(messages).find({ room }, { ...IN_ORDER, session }), deadline, visit),
    );
  }

  /** Stores a message that is only known from elsewhere; marked, so that no socket is told of it. */
  async bringBack(tenant: Tenant, message: Message, session: ClientSession): Promise<void> {
    const document: Message = { ...message, brought_in: true };
    await this.models.with(tenant, MESSAGES, (messages) => toDriverCollection(messages).insertOne(document, { session }));
  }

  /** The oldest by `_id` of the messages from before the date, behind `after`. */
  findOld(tenant: Tenant, after: Id | null, { before, limit }: OldMessages): Promise<Placed[]> {
    const filter = { _id: { $lt: firstIdOf(before), ...(after === null ? {} : { $gt: after }) }, created_date: { $lt: before } };
    const options = { projection: { _id: 1, room: 1 }, sort: { _id: 1 }, limit, batchSize: limit } as const;
    return this.models.with(tenant, MESSAGES, (messages) => toDriverCollection(messages).find(filter, options).toArray());
  }

  /** Some of a room's messages from before the date, all but one. */
  findOldOfRoom(tenant: Tenant, { _id, room }: Placed, { before, limit }: OldMessages): Promise<Placed[]> {
    const filter = { room, _id: { $ne: _id }, created_date: { $lt: before } };
    const options = { projection: { _id: 1, room: 1 }, limit, batchSize: limit } as const;
    return this.models.with(tenant, MESSAGES, (messages) => toDriverCollection(messages).find(filter, options).toArray());
  }

  /** Of the next messages by `_id` behind `after`, those that may be from somebody of this id. */
  findOfPerson(tenant: Tenant, after: Id | null, id: string): Promise<Looked<Message>> {
    return this.models.with(tenant, MESSAGES, (messages) => {
      const sent = { $or: [{ auth_user_id: id }, { from_user_id: id }] };
      return lookThrough(toDriverCollection(messages), { after, filter: sent, limit: LOOKED_AT_ONCE });
    });
  }

  /** Changes fields of messages that are there. */
  async change(tenant: Tenant, changes: readonly MessageChange[], session?: ClientSession): Promise<void> {
    if (changes.length === 0) return;
    const writes = changes.map(({ _id, fields }) => ({ updateOne: { filter: { _id }, update: { $set: fields } } }));
    await this.models.with(tenant, MESSAGES, (messages) => toDriverCollection(messages).bulkWrite(writes, session === undefined ? {} : { session }));
  }

  /** Removes messages and answers how many were there. */
  remove(tenant: Tenant, all: readonly Placed[], session?: ClientSession): Promise<number> {
    const filter = { _id: { $in: all.map(({ _id }) => _id) } };
    return this.models.with(tenant, MESSAGES, async (messages) => {
      const { deletedCount } = await toDriverCollection(messages).deleteMany(filter, session === undefined ? {} : { session });
      return deletedCount;
    });
  }

  /** Runs `work` in one transaction on the tenant's cluster. */
  inTransaction<T>(tenant: Tenant, work: (session: ClientSession) => Promise<T>): Promise<T> {
    return this.models.inTransaction(tenant, MESSAGES, work);
  }
}

// Ids begin with the second in which they were made, so the index that every collection has is in order of time.
function firstIdOf(date: Date): Id {
  return mongoose.Types.ObjectId.createFromTime(Math.floor(date.getTime() / 1_000));
}
