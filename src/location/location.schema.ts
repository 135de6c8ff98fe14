import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

import type { Id } from '../mongo/index.js';
import type { TenantCollection } from '../tenancy/index.js';
import type { Location } from './location.js';

/** The collection `locations` of a tenant's database; made on first use, because not every tenant has moving agents. */
@Schema({ collection: 'locations', versionKey: false, minimize: false, id: false, autoIndex: false })
export class LocationRecord implements Location {
  _id!: Id;
  @Prop({ type: String }) short_code!: string | null;
  @Prop({ type: String }) status!: string | null;
  @Prop({ type: Number, required: true }) agent_id!: number;
  @Prop({ type: String, required: true }) lat!: string;
  @Prop({ type: String, required: true }) lng!: string;
  @Prop({ type: Number, required: true }) order_id!: number;
  @Prop({ type: Date, required: true }) created_date!: Date;
  @Prop({ type: Date, required: true }) updated_date!: Date;
  @Prop({ type: Number, default: 0 }) __v!: number;
}

const schema = SchemaFactory.createForClass(LocationRecord);

// The newest location of an agent on an order.
schema.index({ agent_id: 1, order_id: 1, created_date: -1, _id: -1 });

export const LOCATIONS: TenantCollection<LocationRecord> = { name: 'locations', schema, indexVersion: 1 };
