import { Injectable } from '@nestjs/common';
import type { ClientSession } from 'mongoose';

import type { Id } from '../mongo/index.js';

import type { Message } from '../room/index.js';
import { TenantModels, type Tenant } from '../tenancy/index.js';
import { MESSAGES } from './message.schema.js';

/** The messages of a tenant, as stored. */
@Injectable()
export class MessageRepository {
  constructor(private readonly models: TenantModels) {}

  /** Stores messages as they are, ids, dates and `seq` included. */
  async insertAll(tenant: Tenant, all: readonly Message[], session?: ClientSession): Promise<void> {
    await this.models.with(tenant, MESSAGES, (messages) =>
      messages.insertMany(all, { ordered: true, session: session ?? null }),
    );
  }

  /** All messages of a room, oldest first. */
  findByRoom(tenant: Tenant, room: Id): Promise<Message[]> {
    return this.models.with(tenant, MESSAGES, (messages) => messages.find({ room }).sort({ seq: 1 }).lean<Message[]>());
  }

  /** Runs `work` in one transaction on the tenant's cluster, after making sure that `messages` and its indexes exist. */
  inTransaction<T>(tenant: Tenant, work: (session: ClientSession) => Promise<T>): Promise<T> {
    return this.models.with(tenant, MESSAGES, () => this.models.clusterOf(tenant).inTransaction(work));
  }
}
