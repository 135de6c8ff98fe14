import type { Role } from '../auth/index.js';
import { pick } from '../common/index.js';
import type { Id } from '../mongo/index.js';

import type { Message } from './room-message.js';
import type { Participant } from './room-participant.js';
import type { SentText } from './sent-text.js';

/** What a caller says of a room; all of it text. */
export interface RoomFields {
  type?: string;
  isRaiseIssue?: boolean;
  /** The order number that people see; not the room's id. */
  room_id?: SentText;
  /** The natural key of a room within its deployment. */
  room_name: string;
  order_vendor_id?: SentText;
  order_id?: SentText;
  agent_db?: SentText;
  vendor_id?: SentText;
  sub_domain?: SentText;
  vendor_user_id?: SentText;
  order_user_id?: SentText;
  agent_id?: SentText;
  db_name?: SentText;
  client_id?: SentText;
  p2p_id?: SentText;
  product_id?: SentText;
  vendor_name?: SentText;
  product_name?: SentText;
  product_price?: SentText;
}

/** A room as stored: the wire's fields, with its participants and newest message inside. */
export interface Room extends RoomFields {
  _id: Id;
  status: boolean;
  type: string;
  created_date: Date;
  /** Moves with each message, join and issue flag, and never backwards. */
  updated_date: Date;
  __v: number;
  /** `updated_date` before the last change; for the answer of a send, which shows the room before it. */
  updated_before?: Date;
  /** In order of joining. */
  participants: Participant[];
  last_message: Message | null;
  /** Role of whoever made it; absent of rooms that were made before this was noted. Never answered. */
  made_by?: Role;
  /** Which source an import brought it from; absent of rooms that were made here. Never answered. */
  brought_by?: string;
  /** How many messages the room has had. */
  seq: number;
  /** New with every change of the room, its participants or its preview, so that no two states share one. */
  revision: Id;
}

/** The room's fields that its participants and messages repeat. */
export const SHARED_ROOM_FIELDS = ['room_name', 'vendor_id', 'vendor_user_id', 'order_user_id', 'order_vendor_id'] as const;

/** The wire's fields of a room, in their order. */
export const ROOM_FIELDS = [
  '_id',
  'status',
  'type',
  'isRaiseIssue',
  'room_id',
  'room_name',
  'order_vendor_id',
  'order_id',
  'agent_db',
  'vendor_id',
  'sub_domain',
  'vendor_user_id',
  'order_user_id',
  'agent_id',
  'db_name',
  'client_id',
  'p2p_id',
  'product_id',
  'vendor_name',
  'product_name',
  'product_price',
  'created_date',
  'updated_date',
  '__v',
] as const satisfies readonly (keyof Room)[];

/** A room as answered, without participants and messages. */
export type WireRoom = Pick<Room, (typeof ROOM_FIELDS)[number]>;

/** The room as answered: exactly the wire's fields, those that it has. */
export function toWireRoom(room: Room): WireRoom {
  return pick(room, ROOM_FIELDS);
}
