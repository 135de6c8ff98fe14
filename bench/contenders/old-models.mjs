import mongoose from 'mongoose';

import { CLIENT_OPTIONS } from './listen.mjs';

const { MONGODB_URI, DATABASE } = process.env;
const TEXTS = ['room_name', 'vendor_id', 'vendor_user_id', 'order_user_id', 'order_vendor_id', 'sub_domain'];
const ROOM_TEXTS = ['type', 'room_id', 'order_id', 'agent_db', 'agent_id', 'db_name', 'client_id', 'p2p_id'];

function toSchema(names, others) {
  return new mongoose.Schema({ ...Object.fromEntries([...TEXTS, ...names].map((name) => [name, String])), ...others }, { autoIndex: false, autoCreate: false });
}

await mongoose.connect(MONGODB_URI, { ...CLIENT_OPTIONS, dbName: DATABASE });

/** The three collections of the replaced service, as far as its list asks for fields by name; the rest is answered as it is stored. */
export const Room = mongoose.model('rooms', toSchema(ROOM_TEXTS, { created_date: Date, updated_date: Date }), 'rooms');
export const RoomUser = mongoose.model('roomusers', toSchema(['user_type', 'user_id'], { room_id: mongoose.Types.ObjectId }), 'roomusers');
export const Chat = mongoose.model('chats', toSchema(['message', 'user_type'], { room: mongoose.Types.ObjectId, created_date: Date }), 'chats');
