import { Injectable } from '@nestjs/common';
import type { ClientSession } from 'mongoose';

import { ALL_AT_ONCE, readAll, type Id } from '../mongo/index.js';
import type { Message } from '../room/index.js';
import { TenantModels, type Tenant } from '../tenancy/index.js';
import { MESSAGES, toDriverCollection } from './message.schema.js';

/** Which part of a room's history is wanted, and from which end `limit` counts. */
export interface HistoryWindow {
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  readonly limit?: number | undefined;
  readonly from: 'oldest' | 'newest';
}

/** The messages of a tenant, as stored. */
@Injectable()
export class MessageRepository {
  constructor(private readonly models: TenantModels) {}

  /** Stores a message as it is, id, date and `seq` included. */
  async insert(tenant: Tenant, message: Message, session: ClientSession): Promise<void> {
    await this.models.with(tenant, MESSAGES, (messages) => toDriverCollection(messages).insertOne(message, { session }));
  }

  /** Stores messages as they are, ids, dates and `seq` included. */
  async insertAll(tenant: Tenant, all: readonly Message[]): Promise<void> {
    await this.models.with(tenant, MESSAGES, (messages) => toDriverCollection(messages).insertMany(all));
  }

  /** Messages of a room whose `seq` lies between, both ends left out, oldest first; with `limit` the first or the last of them. */
  findByRoom(tenant: Tenant, room: Id, { after, before, limit, from }: HistoryWindow): Promise<Message[]> {
    const seq = { ...(after === undefined ? {} : { $gt: after }), ...(before === undefined ? {} : { $lt: before }) };
    const filter = { room, ...(Object.keys(seq).length === 0 ? {} : { seq }) };
    const options = { sort: { seq: from === 'oldest' ? 1 : -1 }, limit: limit ?? 0, batchSize: limit ?? ALL_AT_ONCE } as const;
    return this.models.with(tenant, MESSAGES, async (messages, deadline) => {
      const cursor = toDriverCollection(messages).find(filter, options);
      const found: Message[] = [];
      await readAll(cursor, deadline, (message) => found.push(message));
      return from === 'oldest' ? found : found.reverse();
    });
  }

  /** The message as the transaction sees it, or null. */
  findById(tenant: Tenant, id: Id, session: ClientSession): Promise<Message | null> {
    return this.models.with(tenant, MESSAGES, (messages) => toDriverCollection(messages).findOne({ _id: id }, { session }));
  }

  has(tenant: Tenant, id: Id): Promise<boolean> {
    return this.models.with(tenant, MESSAGES, async (messages) => (await messages.exists({ _id: id })) !== null);
  }

  /** The `seq` of a message of this room, or null. */
  findSeq(tenant: Tenant, room: Id, id: Id): Promise<number | null> {
    return this.models.with(tenant, MESSAGES, async (messages) => {
      const found = await messages.findOne({ _id: id, room }).select({ seq: 1 }).lean();
      return found?.seq ?? null;
    });
  }

  /** Runs `work` in one transaction on the tenant's cluster, when `messages` and its indexes exist; where it answers null, nothing of it is stored. */
  inTransaction<T>(tenant: Tenant, work: (session: ClientSession) => Promise<T | null>): Promise<T | null> {
    return this.models.inTransaction(tenant, MESSAGES, async (session) => {
      const result = await work(session);
      if (result === null) await session.abortTransaction();
      return result;
    });
  }
}
