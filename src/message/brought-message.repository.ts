import { Injectable } from '@nestjs/common';
import type { ClientSession, Model, mongo } from 'mongoose';

import { ALL_AT_ONCE, FIRST_BATCH, insertRaw, rawBatches, readAll, type Id } from '../mongo/index.js';
import { TenantModels, type Tenant } from '../tenancy/index.js';
import { MESSAGES, toDriverCollection, type MessageRecord } from './message.schema.js';

const READ_AT_ONCE = 2_000;

/** Messages that are moved in from another database, as stored: marked, so that no socket is told of them. */
@Injectable()
export class BroughtMessageRepository {
  constructor(private readonly models: TenantModels) {}

  /** Those of these ids that are stored, whatever their room, as hexadecimal digits. */
  findStored(tenant: Tenant, ids: readonly Id[]): Promise<ReadonlySet<string>> {
    return this.models.with(tenant, MESSAGES, async (messages, deadline) => {
      const found = new Set<string>();
      const cursor = toDriverCollection(messages).find({ _id: { $in: [...ids] } }, { projection: { _id: 1 }, batchSize: ALL_AT_ONCE });
      await readAll(cursor, deadline, ({ _id }) => found.add(_id.toHexString()));
      return found;
    });
  }

  /** Stores messages, as `toBrought` makes them. @throws MongoServerError, DatabaseUnavailableError */
  insert(tenant: Tenant, documents: readonly Buffer[], session: ClientSession): Promise<void> {
    return this.models.with(tenant, MESSAGES, (messages) => insertRaw(toDatabase(messages), { collection: messages.collection.name, documents, session }));
  }

  /** Reads what was moved into these rooms, as BSON; with `from` only messages of that id and later ones. */
  read(tenant: Tenant, rooms: readonly Id[], from: Id | null, visit: (message: Buffer) => void): Promise<void> {
    const filter = { room: { $in: rooms }, brought_in: true, ...(from === null ? {} : { _id: { $gte: from } }) };
    return this.models.with(tenant, MESSAGES, async (messages, deadline) => {
      const [{ name }, database] = [messages.collection, toDatabase(messages)];
      const find = { find: name, filter, hint: { room: 1, seq: 1 }, batchSize: FIRST_BATCH, readConcern: { level: 'majority' } };
      for await (const batch of rawBatches(messages.db.getClient(), database, { collection: name, command: find, batchSize: READ_AT_ONCE })) {
        for (const message of batch.documents()) visit(message);
        deadline.renew();
      }
    });
  }
}

function toDatabase({ db }: Model<MessageRecord>): mongo.Db {
  return db.getClient().db(db.name);
}
