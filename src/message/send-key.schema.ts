import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import mongoose from 'mongoose';

import type { Id } from '../mongo/index.js';
import type { TenantCollection } from '../tenancy/index.js';

// A day is promised; the other is for instances whose clock is not MongoDB's.
const KEPT_SECONDS = 2 * 24 * 60 * 60;

/** The collection `send_keys` of a tenant's database; made on first use, because old callers name no send. */
@Schema({ collection: 'send_keys', versionKey: false, minimize: false, id: false, autoIndex: false })
export class SendKeyRecord {
  @Prop({ type: String, required: true }) _id!: string;
  @Prop({ type: String, required: true }) content!: string;
  /** The message that was stored under the key. */
  @Prop({ type: mongoose.Schema.Types.ObjectId, required: true }) message!: Id;
  @Prop({ type: Date, required: true }) created_date!: Date;
}

const schema = SchemaFactory.createForClass(SendKeyRecord);

schema.index({ created_date: 1 }, { expireAfterSeconds: KEPT_SECONDS });

export const SEND_KEYS: TenantCollection<SendKeyRecord> = { name: 'send_keys', schema, indexVersion: 1 };
