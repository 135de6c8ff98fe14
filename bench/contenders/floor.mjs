/** What is left when a service does nothing: the body, the one covered query by the bare driver, and bytes that were made before. */
import { createServer } from 'node:http';

import mongoose from 'mongoose';

import { View } from '../../dist/auth/view.js';
import { toRoomCard } from '../../dist/inbox/room-card.js';
import { readJson } from './body.mjs';
import { CLIENT_OPTIONS, listen } from './listen.mjs';

const { MONGODB_URI, DATABASE } = process.env;
const client = await new mongoose.mongo.MongoClient(MONGODB_URI, CLIENT_OPTIONS).connect();
const rooms = client.db(DATABASE).collection('rooms');
const KEYS = { sort: { updated_date: -1, _id: -1 }, projection: { _id: 1, revision: 1, updated_date: 1 }, batchSize: 100_000 };
const answers = new Map();

async function answerOf(match) {
  const keys = await rooms.find(match, KEYS).toArray();
  if (!answers.has(match.agent_id)) answers.set(match.agent_id, await makeAnswer(keys.map(({ _id }) => _id)));
  return answers.get(match.agent_id);
}

const AS_STORED = new View(new Map(), false);

async function makeAnswer(ids) {
  const found = await rooms.find({ _id: { $in: ids } }).toArray();
  const byId = new Map(found.map((room) => [String(room._id), room]));
  return Buffer.from(JSON.stringify({ roomData: ids.map((id) => toRoomCard(byId.get(String(id)), AS_STORED)), status: true, statusCode: 200 }));
}

listen(
  createServer(async (request, response) => {
    const { agent_db, agent_id, type } = await readJson(request);
    const bytes = await answerOf({ agent_db, agent_id, type: type.replaceAll('-', '_') });
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length }).end(bytes);
  }),
);
