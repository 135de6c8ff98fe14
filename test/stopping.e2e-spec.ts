import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';

import mongoose from 'mongoose';
import request from 'supertest';

import { newId } from '../src/mongo/index.js';
import { builtFolder } from './support/built.js';
import { eventually } from './support/eventually.js';
import { freePort } from './support/free-port.js';
import { Listener } from './support/listener.js';
import { ServiceProcess } from './support/service-process.js';

import.meta.jest.setTimeout(120_000);

const WITHIN = { within: 30_000 };
const STOP_MS = 10_000;
const ADMIN_TOKEN = 'process-admin-token-0123456789';
const admin = { authorization: `Bearer ${ADMIN_TOKEN}` };
const control = `test_process_${newId().toHexString()}`;

let living: ServiceProcess;
const VARIABLES = { MONGODB_URI: process.env.MONGODB_URI!, CONTROL_DATABASE: control, ADMIN_TOKEN, DEMO: 'off', STOP_DELAY_SECONDS: '5' };
const start = (): Promise<ServiceProcess> => ServiceProcess.start(VARIABLES);

beforeAll(async () => {
  await builtFolder();
  living = await start();
  await request(living.url).put('/admin/tenants/acme').set(admin).send({ names: ['acme'], auth: 'open' }).expect(200);
}, 400_000);

afterAll(async () => {
  await request(living.url).delete('/admin/tenants/acme?drop_database=true').set(admin);
  await ServiceProcess.killAll();
  const client = new mongoose.mongo.MongoClient(process.env.MONGODB_URI!);
  await client.db(control).dropDatabase();
  await client.close();
});

/** The headers of an answer to a call over a connection that the caller would keep. */
async function keptCall(url: string): Promise<IncomingMessage['headers']> {
  const agent = new Agent({ keepAlive: true });
  const [answer] = (await once(httpRequest(`${url}/health/live`, { agent }).end(), 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  agent.destroy();
  return answer.headers;
}

describe('An instance that is told to stop', () => {
  it('is not ready at once, goes on answering calls and pushing for a while, and is gone within ten seconds', async () => {
    const stopping = await start();
    const base = `${stopping.url}/t/acme`;
    const makeRoom = (): request.Test => request(base).post('/api/room/createRoom').send({ room_name: 'r', type: 'agent_to_user', agent_id: 141 });
    const { roomData: room } = (await eventually(() => makeRoom().expect(200), WITHIN)).body as { roomData: { _id: string } };
    const send = (url: string, message: string): request.Test => request(`${url}/t/acme`).post('/api/chat/sendMessageJoin').send({ room_id: room._id, user_type: 'agent', user_id: 141, message });
    const listener = await Listener.open(base);
    await eventually(() => send(stopping.url, 'before').expect(200), WITHIN);
    expect((await keptCall(stopping.url)).connection).toBe('keep-alive');

    const began = performance.now();
    stopping.signal('SIGTERM');
    const { body } = await eventually(() => request(stopping.url).get('/health/ready').expect(503), WITHIN);
    expect(body).toMatchObject({ error: 'STOPPING' });
    await send(stopping.url, 'while it stops').expect(200);
    expect((await keptCall(stopping.url)).connection).toBe('close');
    await eventually(() => expect(listener.texts()).toEqual(['before', 'while it stops']), WITHIN);
    await request(living.url).get('/health/ready').expect(200);

    expect(await stopping.exit).toEqual({ code: 0, signal: null });
    expect(performance.now() - began).toBeLessThan(STOP_MS);
    await send(living.url, 'afterwards').expect(200);
    const history = (await request(`${living.url}/t/acme`).get(`/api/chat/${room._id}`).expect(200)).body as { message: string }[];
    expect(history.map(({ message }) => message)).toEqual(['before', 'while it stops', 'afterwards']);
    listener.close();
  });
});

describe('A service whose output nobody reads any more', () => {
  it('starts, answers, logs in vain and stops', async () => {
    const port = await freePort();
    const service = await ServiceProcess.spawn({ ...VARIABLES, STOP_DELAY_SECONDS: '0', PORT: String(port), LOG_LEVEL: 'trace' });
    service.abandonOutput();
    const url = `http://127.0.0.1:${port}`;
    await eventually(() => request(url).get('/health/ready').expect(200), WITHIN);
    for (let call = 0; call < 50; call++) await request(url).post('/t/acme/api/room/fetchRoomByUserAgent').send({}).expect(400);

    const begun = performance.now();
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(STOP_MS);
  });
});
