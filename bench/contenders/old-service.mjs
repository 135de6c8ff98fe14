import express from 'express';

import { listen } from './listen.mjs';

/** Serves an agent's list over Express; `find` answers the rooms of a match. */
export function serveList(find) {
  const app = express().use(express.json());
  app.post('/api/room/fetchRoomByUserAgent', async ({ body: { agent_db, agent_id, type } }, response) => {
    const roomData = await find({ agent_db, agent_id, type: type.replaceAll('-', '_') });
    response.json({ roomData, status: true, statusCode: 200 });
  });
  listen(app);
}
