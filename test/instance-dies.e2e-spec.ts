import mongoose from 'mongoose';
import request from 'supertest';

import { newId } from '../src/mongo/index.js';
import { builtFolder } from './support/built.js';
import { eventually } from './support/eventually.js';
import { Listener } from './support/listener.js';
import { ServiceProcess } from './support/service-process.js';
import { TcpProxy } from './support/tcp-proxy.js';

import.meta.jest.setTimeout(120_000);

const WITHIN = { within: 60_000 };
const ADMIN_TOKEN = 'process-admin-token-0123456789';
const admin = { authorization: `Bearer ${ADMIN_TOKEN}` };
const control = `test_process_${newId().toHexString()}`;

/** `dying` reaches MongoDB through `proxy`, `living` does not. */
let proxy: TcpProxy;
let dying: ServiceProcess;
let living: ServiceProcess;

beforeAll(async () => {
  await builtFolder();
  const uri = new URL(process.env.MONGODB_URI!);
  proxy = await TcpProxy.start({ host: uri.hostname, port: Number(uri.port) });
  const variables = { CONTROL_DATABASE: control, ADMIN_TOKEN, DEMO: 'off' };
  living = await ServiceProcess.start({ ...variables, MONGODB_URI: process.env.MONGODB_URI! });
  dying = await ServiceProcess.start({ ...variables, MONGODB_URI: `mongodb://127.0.0.1:${proxy.port}/?directConnection=true` });
}, 400_000);

afterAll(async () => {
  await request(living.url).delete('/admin/tenants/acme?drop_database=true').set(admin);
  await ServiceProcess.killAll();
  await proxy.close();
  const client = new mongoose.mongo.MongoClient(process.env.MONGODB_URI!);
  await client.db(control).dropDatabase();
  await client.close();
});

it('A message of an instance that dies after its commit and before its answer is pushed once by the others', async () => {
  await request(living.url).put('/admin/tenants/acme').set(admin).send({ names: ['acme'], auth: 'open' }).expect(200);
  const base = `${living.url}/t/acme`;
  const { roomData: room } = (await request(base).post('/api/room/createRoom').send({ room_name: 'r', type: 'agent_to_user', agent_id: 141 }).expect(200)).body as { roomData: { _id: string } };
  const send = (url: string, message: string): request.Test => request(`${url}/t/acme`).post('/api/chat/sendMessageJoin').send({ room_id: room._id, user_type: 'agent', user_id: 141, message });
  const listener = await Listener.open(base);
  await eventually(() => send(dying.url, 'before').expect(200), WITHIN);
  await eventually(() => expect(listener.texts()).toHaveLength(1), WITHIN);

  const isHeld = proxy.next('commitTransaction', 'answer held');
  const answer = send(dying.url, 'committed').then(
    () => 'answered',
    () => 'not answered',
  );
  await isHeld;
  await eventually(() => expect(listener.texts()).toEqual(['before', 'committed']), WITHIN);
  await dying.stop('SIGKILL');
  expect(await answer).toBe('not answered');
  await send(living.url, 'after').expect(200);

  await eventually(() => expect(listener.texts()).toEqual(['before', 'committed', 'after']), WITHIN);
  const history = (await request(base).get(`/api/chat/${room._id}`).expect(200)).body as { message: string; seq: number }[];
  expect(history.map(({ message, seq }) => [message, seq])).toEqual([['before', 1], ['committed', 2], ['after', 3]]);
  listener.close();
});
