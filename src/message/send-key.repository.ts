import { Injectable } from '@nestjs/common';
import type { ClientSession, Model, mongo } from 'mongoose';

import type { Id } from '../mongo/index.js';
import { TenantModels, type Tenant } from '../tenancy/index.js';
import type { SendKey } from './send-key.js';
import { SEND_KEYS, type SendKeyRecord } from './send-key.schema.js';

/** The keys of a tenant's sends, as stored: for two days. */
@Injectable()
export class SendKeyRepository {
  constructor(private readonly models: TenantModels) {}

  /** Takes the key for this message, or answers as what it was taken before. While another transaction has it, this one begins again. */
  take(tenant: Tenant, { id, content }: SendKey, message: Id, session: ClientSession): Promise<SendKeyRecord | null> {
    const record = { content, message, created_date: new Date() };
    return this.models.with(tenant, SEND_KEYS, (keys) =>
      toDriverCollection(keys).findOneAndUpdate({ _id: id }, { $setOnInsert: record }, { upsert: true, returnDocument: 'before', session }),
    );
  }
}

function toDriverCollection(keys: Model<SendKeyRecord>): mongo.Collection<SendKeyRecord> {
  return keys.collection as unknown as mongo.Collection<SendKeyRecord>;
}
