import mongoose from 'mongoose';

import { aceRooms } from '../dist/demo/ace.js';
import { eachOf } from './numbers.mjs';

const { ObjectId } = mongoose.mongo;
const [TEMPLATE] = aceRooms();
const [AGENT, ADMIN] = TEMPLATE.participants;
const BEGAN = Date.parse('2026-01-01T00:00:00Z');
const MINUTE_MS = 60_000;
const AT_ONCE = 1_000;

// As a send stores them; the recorded answer is older than these fields.
const NO_MEDIA = { is_media: false, mediaUrl: null, thumbnailUrl: null, mediaType: null };

// As long as people write.
const TEXT = 'I am standing in front of the house with your parcel, but nobody opens the door and the bell does not seem to work. Shall I leave it with the neighbours?';

/** A room as the service stores it, the `number`th of its deployment: with its participants and its newest message, the `messages`th. */
export function aRoom({ tenant, agent, number, messages = 1, participants = 2 }) {
  const _id = new ObjectId();
  const order = String(52_000_000 + number);
  const moved = new Date(BEGAN + number * MINUTE_MS);
  const shared = { room_name: `OrderNo-${order}-orderId-${number}-oderVendor-7-agentId-${agent}`, vendor_user_id: agent };
  const identities = [
    { ...AGENT, user_id: agent, auth_user_id: agent },
    { ...ADMIN, sub_domain: `panel.${tenant}.example.com` },
    { ...AGENT, user_type: 'user', user_id: order, auth_user_id: order, username: `customer ${number}`, email: `customer-${number}@example.com` },
  ];
  return {
    ...TEMPLATE,
    ...shared,
    _id,
    isRaiseIssue: false,
    room_id: order,
    vendor_name: 'The Corner Bakery',
    agent_id: agent,
    agent_db: tenant,
    db_name: tenant,
    updated_date: moved,
    participants: identities.slice(0, participants).map((one) => ({ ...one, ...shared, _id: new ObjectId(), room_id: _id })),
    last_message: { ...TEMPLATE.last_message, ...NO_MEDIA, ...shared, _id: new ObjectId(), message: TEXT, room: _id, auth_user_id: agent, from_user_id: agent, created_date: moved, seq: messages },
    seq: messages,
    revision: new ObjectId(),
  };
}

/** Stores rooms, and their histories up to the newest message of each. The service makes the indexes when it is first called. */
export async function fill(database, rooms) {
  await fillRooms(database, rooms);
  await fillHistories(database);
}

/** Stores rooms without any history but their newest message. */
export async function fillRooms(database, rooms) {
  const batches = [];
  for (let from = 0; from < rooms.length; from += AT_ONCE) batches.push(rooms.slice(from, from + AT_ONCE));
  await eachOf(batches, 4, (batch) => database.collection('rooms').insertMany(batch, { ordered: false }));
}

// MongoDB makes them of the rooms: half a million documents need not go over the wire.
async function fillHistories(database) {
  const older = { message: { $concat: ['message ', { $toString: '$n' }] }, created_date: { $dateSubtract: { startDate: '$updated_date', unit: 'second', amount: { $subtract: ['$seq', '$n'] } } } };
  const nameless = { $unsetField: { field: '_id', input: '$last_message' } };
  const message = { $cond: [{ $eq: ['$n', '$seq'] }, '$last_message', { $mergeObjects: [nameless, older, { seq: { $toInt: '$n' } }] }] };
  const places = { $range: [1, { $add: ['$seq', 1] }] };
  await database
    .collection('rooms')
    .aggregate([{ $project: { last_message: 1, updated_date: 1, seq: 1, n: places } }, { $unwind: '$n' }, { $replaceWith: message }, { $out: 'messages' }])
    .toArray();
}

/** Stores the same rooms in `into` in the shape of the replaced service: three collections, with every index that its list can use. */
export async function fillOldShape(database, into) {
  const copy = (from, stages, coll) => database.collection(from).aggregate([...stages, { $out: { db: into.databaseName, coll } }]).toArray();
  await copy('rooms', [{ $unset: ['participants', 'last_message', 'seq', 'revision', 'updated_before'] }], 'rooms');
  await copy('rooms', [{ $unwind: '$participants' }, { $replaceWith: '$participants' }], 'roomusers');
  await copy('messages', [{ $unset: 'seq' }], 'chats');
  await into.collection('rooms').createIndex({ agent_db: 1, agent_id: 1, type: 1, updated_date: -1, _id: -1 });
  await into.collection('roomusers').createIndex({ room_id: 1, _id: 1 });
  await into.collection('chats').createIndex({ room: 1, created_date: 1 });
}
