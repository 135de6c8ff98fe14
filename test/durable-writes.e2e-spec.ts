import type { mongo } from 'mongoose';
import request from 'supertest';

import { RefusedCalls } from '../src/audit/index.js';
import { Clusters, newId } from '../src/mongo/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app.js';
import { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { monitored, onCommand } from './support/explain.js';
import { dropAll, newTenant } from './support/tenants.js';

/** Commands that change something; those inside a transaction are made durable by its end. */
const WRITES = ['insert', 'update', 'delete', 'findAndModify', 'bulkWrite', 'create', 'createIndexes', 'dropIndexes', 'drop', 'dropDatabase', 'commitTransaction', 'abortTransaction'];
const DURABLE = { w: 'majority', j: true };
const AGENT = { user_type: 'agent', user_id: 141 };

let one: TestApp;
let two: TestApp;
let tenant: Tenant;
let here: Calls;
let there: Calls;
const writes: mongo.CommandStartedEvent[] = [];

beforeAll(async () => {
  one = await startApp({ MONGODB_URI: monitored(process.env.MONGODB_URI ?? '') });
  const client = await one.app.get(Clusters).default.client();
  onCommand(client, (event) => WRITES.includes(event.commandName) && writes.push(event));
  two = await startApp({ CONTROL_DATABASE: one.config.mongo.controlDatabase });
  tenant = await newTenant(one);
  here = new Calls(one, tenant);
  there = new Calls(two, tenant);
  await eventually(() => there.get('/api/room?room_id=1').expect(200), { within: 10_000 });
});
afterAll(async () => {
  await dropAll(one);
  await Promise.all([one.close(), two.close()]);
});

const admin = (method: 'put' | 'post' | 'delete', path: string, body: object = {}): request.Test => request(one.url)[method](`/admin/tenants/${path}`).set('Authorization', `Bearer ${ADMIN_TOKEN}`).send(body);
const place = { agent_id: 141, order_id: 10, lat: '1', lng: '2' };
const roomOf = (name: string): object => ({ room_name: name, room_id: name, agent_id: 141, agent_db: tenant.names[0], type: 'agent_to_user' });

async function newRoom(calls: Calls): Promise<{ _id: string; room_id: string }> {
  return (await calls.post('/api/room/createRoom', roomOf(newId().toHexString())).expect(200)).body.roomData;
}

describe('Every write', () => {
  it('is acknowledged by a majority, with its journal, whatever the call', async () => {
    const { _id } = await newRoom(here);
    await here.send(_id, AGENT).expect(200);
    await here.send(_id, { ...AGENT, client_message_id: 'once' }).expect(200);
    await here.send(newId(), AGENT).expect(404);
    await here.post('/api/chat/joinRoomByID', { room_id: _id, user_type: 'user', user_id: 1 }).expect(200);
    await here.put(`/api/room/raiseanissue/${_id}`, { isRaiseIssue: 1 }).expect(200);
    await here.post('/api/agent/saveAgentLocation', place).expect(200);
    await admin('put', 'another', { names: ['another'] }).expect(200);
    const { body: key } = await admin('post', 'another/keys', { role: 'service' }).expect(200);
    await request(one.url).post('/t/another/api/room/createRoom').set('Authorization', key.key as string).send({ ...roomOf('x'), agent_db: 'another' }).expect(200);
    await request(one.url).post('/t/another/api/room/createRoom').send(roomOf('y')).expect(403);
    await one.app.get(RefusedCalls).write();
    await admin('delete', `another/keys/${String(key.id)}`).expect(200);
    await admin('delete', 'another?drop_database=true').expect(200);

    const names = writes.map(({ commandName, command }) => `${commandName} ${String(command[commandName])}`);
    const expected = ['rooms', 'messages', 'send_keys', 'locations', 'tenants', 'audit'].map((collection) => expect.stringContaining(` ${collection}`));
    expect(names).toEqual(expect.arrayContaining([...expected, 'commitTransaction 1', 'abortTransaction 1', 'dropDatabase 1']));
    const ending = writes.filter(({ command }) => command.startTransaction !== true && (command.autocommit !== false || command.commitTransaction === 1));
    expect(ending.length).toBeGreaterThan(10);
    // The driver lets a commit wait for ten seconds, and commits again then.
    for (const { commandName, command } of ending) expect([commandName, command.writeConcern]).toEqual([commandName, expect.objectContaining(DURABLE)]);
  });
});

describe('What was answered', () => {
  it.each([1, 2, 3])('is seen through another instance at once (%i)', async () => {
    const { _id, room_id: order } = await newRoom(here);
    expect((await there.room(_id)).room_id).toBe(order);
    const { chatData } = (await here.send(_id, AGENT).expect(200)).body;
    expect(await there.history(_id)).toEqual([chatData]);
    await there.post('/api/chat/joinRoomByID', { room_id: _id, user_type: 'user', user_id: 1 }).expect(200);
    expect((await here.users(_id)).map(({ user_id }) => user_id)).toEqual(['141', '1']);
    await there.put(`/api/room/raiseanissue/${_id}`, { isRaiseIssue: 1 }).expect(200);
    const list = await here.post('/api/room/fetchRoomByUserAgent', { agent_id: 141, type: 'agent_to_user', limit: 1 }).expect(200);
    expect(list.body.roomData[0]).toMatchObject({ _id, isRaiseIssue: true, user_Data: [{}, {}], chat_Data: [{ _id: chatData._id }] });
    const { data } = (await here.post('/api/agent/saveAgentLocation', { ...place, order_id: order.length }).expect(200)).body;
    expect((await there.get(`/api/agent/getAgentLocation?agent_id=141&order_id=${order.length}`).expect(200)).body.data).toEqual(data);
  });
});
