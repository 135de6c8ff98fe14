import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import mongoose from 'mongoose';

import type { Role } from '../auth/index.js';
import type { Id } from '../mongo/index.js';

import type { TenantCollection } from '../tenancy/index.js';
import type { Message } from './room-message.js';
import type { Participant } from './room-participant.js';
import { PANEL_ORDER } from './room-query.js';
import type { Room } from './room.js';
import type { SentText } from './sent-text.js';

/** The collection `rooms` of a tenant's database. */
@Schema({ collection: 'rooms', versionKey: false, minimize: false, id: false, autoIndex: false })
export class RoomRecord implements Room {
  _id!: Id;
  @Prop({ type: Boolean, required: true }) status!: boolean;
  @Prop({ type: String }) type!: string;
  @Prop({ type: Boolean }) isRaiseIssue?: boolean;
  @Prop({ type: String }) room_id?: SentText;
  @Prop({ type: String, required: true }) room_name!: string;
  @Prop({ type: String }) order_vendor_id?: SentText;
  @Prop({ type: String }) order_id?: SentText;
  @Prop({ type: String }) agent_db?: SentText;
  @Prop({ type: String }) vendor_id?: SentText;
  @Prop({ type: String }) sub_domain?: SentText;
  @Prop({ type: String }) vendor_user_id?: SentText;
  @Prop({ type: String }) order_user_id?: SentText;
  @Prop({ type: String }) agent_id?: SentText;
  @Prop({ type: String }) db_name?: SentText;
  @Prop({ type: String }) client_id?: SentText;
  @Prop({ type: String }) p2p_id?: SentText;
  @Prop({ type: String }) product_id?: SentText;
  @Prop({ type: String }) vendor_name?: SentText;
  @Prop({ type: String }) product_name?: SentText;
  @Prop({ type: String }) product_price?: SentText;
  @Prop({ type: Date, required: true }) created_date!: Date;
  @Prop({ type: Date, required: true }) updated_date!: Date;
  @Prop({ type: Date }) updated_before?: Date;
  @Prop({ type: Number, default: 0 }) __v!: number;
  // Both are written whole by the one update of room-change.ts, so mongoose need not know their inside.
  @Prop({ type: [mongoose.Schema.Types.Mixed], required: true }) participants!: Participant[];
  @Prop({ type: mongoose.Schema.Types.Mixed, default: null }) last_message!: Message | null;
  @Prop({ type: String }) made_by?: Role;
  @Prop({ type: Number, required: true }) seq!: number;
  @Prop({ type: mongoose.Schema.Types.ObjectId, required: true }) revision!: Id;
}

const schema = SchemaFactory.createForClass(RoomRecord);

schema.index({ room_name: 1 }, { unique: true });
// Each list: its equal fields, then the order of the list with the tie-break of its pages; behind it what a list has to know of a room
// to answer it from memory, so that only the index is read.
schema.index({ agent_db: 1, agent_id: 1, type: 1, updated_date: -1, _id: -1, revision: 1 });
schema.index({ db_name: 1, order_user_id: 1, type: 1, updated_date: -1, _id: -1, revision: 1 });
schema.index({ db_name: 1, p2p_id: 1, type: 1, updated_date: -1, _id: -1, revision: 1 });
schema.index({ db_name: 1, vendor_id: 1, type: 1, updated_date: -1, _id: -1, client_id: 1, revision: 1 });
schema.index({ db_name: 1, type: 1, updated_date: -1, _id: -1, client_id: 1, vendor_id: 1, revision: 1 }, { name: PANEL_ORDER });
schema.index({ room_id: 1, updated_date: -1, _id: -1, revision: 1 });

// Versions 1 and 2, without the revision.
const formerIndexes = [
  'agent_db_1_agent_id_1_type_1_updated_date_-1__id_-1',
  'db_name_1_order_user_id_1_type_1_updated_date_-1__id_-1',
  'db_name_1_p2p_id_1_type_1_updated_date_-1__id_-1',
  'db_name_1_vendor_id_1_type_1_updated_date_-1__id_-1_client_id_1',
  'panel_order',
  'room_id_1_updated_date_-1__id_-1',
];

export const ROOMS: TenantCollection<RoomRecord> = { name: 'rooms', schema, indexVersion: 3, formerIndexes };
