import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import mongoose, { type Model, type mongo } from 'mongoose';

import type { Id } from '../mongo/index.js';

import type { Message, SentText } from '../room/index.js';
import type { TenantCollection } from '../tenancy/index.js';

/** The collection `messages` of a tenant's database. */
@Schema({ collection: 'messages', versionKey: false, minimize: false, id: false, autoIndex: false })
export class MessageRecord implements Message {
  _id!: Id;
  @Prop({ type: String }) display_image?: SentText;
  @Prop({ type: String }) phone_num?: SentText;
  @Prop({ type: Boolean }) is_media?: boolean;
  @Prop({ type: String }) mediaUrl?: SentText;
  @Prop({ type: String }) thumbnailUrl?: SentText;
  @Prop({ type: String }) mediaType?: SentText;
  @Prop({ type: String }) message?: SentText;
  @Prop({ type: String, required: true }) user_type!: string;
  @Prop({ type: String }) to_message?: SentText;
  @Prop({ type: String }) from_message?: SentText;
  @Prop({ type: String }) email?: SentText;
  @Prop({ type: String }) username?: SentText;
  @Prop({ type: String }) chat_type?: SentText;
  @Prop({ type: String, required: true }) room_name!: string;
  @Prop({ type: String }) vendor_id?: SentText;
  @Prop({ type: String }) vendor_user_id?: SentText;
  @Prop({ type: String }) order_user_id?: SentText;
  @Prop({ type: String }) order_vendor_id?: SentText;
  @Prop({ type: String }) auth_user_id?: SentText;
  @Prop({ type: mongoose.Schema.Types.ObjectId, required: true }) room!: Id;
  @Prop({ type: String }) to_id?: SentText;
  @Prop({ type: String }) from_id?: SentText;
  @Prop({ type: String }) from_user_id?: SentText;
  @Prop({ type: Date, required: true }) created_date!: Date;
  @Prop({ type: Number, default: 0 }) __v!: number;
  @Prop({ type: Number, required: true }) seq!: number;
}

const schema = SchemaFactory.createForClass(MessageRecord);

// A room's history in order, and the proof that no two messages of a room share a place.
schema.index({ room: 1, seq: 1 }, { unique: true });

export const MESSAGES: TenantCollection<MessageRecord> = { name: 'messages', schema, indexVersion: 1 };

/** The driver's own collection behind a model: what is stored was made by MongoDB or checked at the edge, and mongoose has nothing to add but time. */
export function toDriverCollection(messages: Model<MessageRecord>): mongo.Collection<Message> {
  return messages.collection as unknown as mongo.Collection<Message>;
}
