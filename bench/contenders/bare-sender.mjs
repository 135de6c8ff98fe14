/** A send's two writes with the service's guarantees by the bare driver: at `/api/chat/sendMessageJoin`, and in a loop without HTTP at `/loop`. */
import { createServer } from 'node:http';

import mongoose from 'mongoose';

import { toRoomUpdate } from '../../dist/room/room-change.js';
import { identityOf } from '../../dist/room/room-participant.js';
import { toSample } from '../load.mjs';
import { drawFrom, upTo } from '../numbers.mjs';
import { messageTo } from '../requests.mjs';
import { readJson } from './body.mjs';
import { CLIENT_OPTIONS, listen } from './listen.mjs';

const { MONGODB_URI, DATABASE } = process.env;
const { MongoClient, ObjectId } = mongoose.mongo;
const client = await new MongoClient(MONGODB_URI, CLIENT_OPTIONS).connect();
const rooms = client.db(DATABASE).collection('rooms');
const messages = client.db(DATABASE).collection('messages');

async function send({ room_id, message, to_message, from_message, chat_type, user_id, ...profile }) {
  const joiner = { ...profile, user_id: String(user_id) };
  const fields = { message, to_message, from_message, chat_type };
  const known = { participants: { $elemMatch: identityOf(joiner) } };
  const filter = { _id: new ObjectId(room_id), $or: [known, { 'participants.199': { $exists: false } }] };
  const _id = new ObjectId();
  const session = client.startSession();
  try {
    return await session.withTransaction(async () => {
      const change = { joiner, participantId: new ObjectId(), revision: new ObjectId(), message: { _id, fields, defaultImage: null } };
      const room = await rooms.findOneAndUpdate(filter, toRoomUpdate(change), { returnDocument: 'after', session });
      await messages.insertMany([room.last_message], { session });
      return room;
    });
  } finally {
    await session.endSession();
  }
}

async function loop({ seconds, width, rooms: ids }) {
  const latencies = [];
  const draw = drawFrom(ids);
  const began = performance.now();
  const line = async () => {
    while (performance.now() - began < seconds * 1_000) {
      const at = performance.now();
      await send(JSON.parse(messageTo('', draw()).body));
      latencies.push(performance.now() - at);
    }
  };
  await Promise.all(upTo(width).map(line));
  return toSample({ latencies, seconds: (performance.now() - began) / 1_000 });
}

listen(
  createServer(async (request, response) => {
    const body = await readJson(request);
    const answer = request.url === '/loop' ? await loop(body) : { chatData: (await send(body)).last_message, status: true, statusCode: 200 };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }),
);
