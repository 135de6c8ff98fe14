import request from 'supertest';

import { startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom } from './support/build.js';
import { dropAll, newTenant } from './support/tenants.js';

describe('POST /api/room/fetchRoomByUserAgent', () => {
  let service: TestApp;
  beforeAll(async () => {
    service = await startApp();
  });
  afterAll(async () => {
    await dropAll(service);
    await service.close();
  });

  it('answers rooms with participants and newest message', async () => {
    const tenant = await newTenant(service);
    const room = await aRoom(service, tenant);
    await aMessage(service, tenant, room._id, { message: '$one' });
    await aMessage(service, tenant, room._id, { message: 'two' });
    const answer = await request(service.url)
      .post('/api/room/fetchRoomByUserAgent')
      .send({ agent_db: tenant.key, agent_id: 141, type: 'agent-to-user' });
    expect(answer.status).toBe(200);
    console.log(JSON.stringify(answer.body, null, 1));
  });
});
