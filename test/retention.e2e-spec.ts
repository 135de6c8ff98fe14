import mongoose from 'mongoose';
import request from 'supertest';

import { RetentionLeaseRepository } from '../src/maintenance/retention-lease.repository.js';
import { RetentionService, type Removed } from '../src/maintenance/retention.service.js';
import { MessageRepository } from '../src/message/index.js';
import { Clusters, newId, type Id } from '../src/mongo/index.js';
import { RoomRepository, type Message, type Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { ADMIN_TOKEN, startApp, type TestApp } from './support/app.js';
import { aMessage, aRoom, aStoredRoom, storeRooms } from './support/build.js';
import { Calls } from './support/calls.js';
import { eventually } from './support/eventually.js';
import { monitored, onCommand } from './support/explain.js';
import { dropAll, newTenant } from './support/tenants.js';

import.meta.jest.setTimeout(120_000);

const LONG_AGO = new Date('2024-01-01T10:00:00.000Z');
const SOON = { within: 90_000 };

let service: TestApp;
let commands: mongoose.mongo.CommandStartedEvent[];

beforeAll(async () => {
  service = await startApp({ MONGODB_URI: monitored(process.env.MONGODB_URI ?? ''), RETENTION_SECONDS: '1' });
  onCommand(await service.app.get(Clusters).default.client(), (event) => commands.push(event));
});
beforeEach(() => (commands = []));
afterAll(async () => {
  await dropAll(service);
  await service.close();
});

/** An id as it was made then. */
function anIdOf(date: Date): Id {
  return new mongoose.Types.ObjectId(Math.floor(date.getTime() / 1_000).toString(16).padStart(8, '0') + newId().toHexString().slice(8));
}

/** A message of the year 2024, `at` milliseconds into it, as it is stored. */
function anOld(room: Room, seq: number, at = seq): Message {
  const created = new Date(LONG_AGO.getTime() + at);
  return { _id: anIdOf(created), room: room._id, room_name: room.room_name, message: `old ${seq}`, user_type: 'agent', auth_user_id: '141', created_date: created, __v: 0, seq };
}

/** A room that had this many messages in 2024 and none since. */
async function anOldRoom(tenant: Tenant, count: number): Promise<Room> {
  const bare = aStoredRoom(tenant.names[0]!);
  const all = Array.from({ length: count }, (_, at) => anOld(bare, at + 1));
  const newest = all.at(-1)!;
  const room = { ...bare, last_message: newest, seq: newest.seq, updated_date: newest.created_date };
  await service.app.get(MessageRepository).insertAll(tenant, all);
  await storeRooms(service, tenant, [room]);
  return room;
}

const stored = async (tenant: Tenant, id: Id): Promise<Room> => (await service.app.get(RoomRepository).findById(tenant, id)) as Room;
/** Removes what is of 2024, in so many steps at most. */
async function removeOld(tenant: Tenant, most = Infinity): Promise<Removed[]> {
  const steps: Removed[] = [];
  for await (const step of service.app.get(RetentionService).removeOld(tenant, new Date('2025-01-01'))) if (steps.push(step) === most) break;
  return steps;
}
const put = (key: string, retention: unknown): request.Test =>
  request(service.url).put(`/admin/tenants/${key}`).set('Authorization', `Bearer ${ADMIN_TOKEN}`).send({ settings: { retention_days: retention } });

describe('retention', () => {
  it('removes by itself what is older than a deployment keeps it, and asks nothing for one that keeps all', async () => {
    const [tenant, keeper] = [await newTenant(service), await newTenant(service)];
    const [emptied, kept] = [await anOldRoom(tenant, 3), await anOldRoom(keeper, 3)];
    const room = await aRoom(service, tenant);
    const first = await aMessage(service, tenant, room._id);
    // Brought in behind a newer one.
    await service.app.get(MessageRepository).insertAll(tenant, [anOld(room, 2)]);
    await service.app.get(Clusters).default.run((connection) => connection.getClient().db(tenant.database).collection('rooms').updateOne({ _id: room._id }, { $set: { seq: 2 } }));
    const before = await stored(tenant, room._id);
    const calls = new Calls(service, tenant);
    commands = [];

    await put(tenant.key, 30).expect(200);
    await eventually(async () => expect(await calls.history(emptied._id)).toEqual([]), SOON);
    await eventually(() => expect(commands.filter(({ command, databaseName }) => databaseName === tenant.database && command.find === 'messages' && command.filter.created_date).length).toBeGreaterThan(1), SOON);
    expect(commands.filter(({ databaseName }) => databaseName === keeper.database)).toEqual([]);
    expect(await new Calls(service, keeper).history(kept._id)).toHaveLength(3);

    expect(await calls.history(room._id)).toMatchObject([{ _id: first._id.toHexString(), seq: 1 }]);
    expect(await stored(tenant, room._id)).toEqual(before);
    const { revision, ...rest } = await stored(tenant, emptied._id);
    const { revision: former, ...whole } = emptied;
    expect(rest).toEqual({ ...whole, last_message: null });
    expect(revision).not.toEqual(former);
    const { body } = await calls.post('/api/room/fetchRoomByUserAgent', { agent_id: 141, type: 'agent_to_user' }).expect(200);
    expect(body.roomData).toMatchObject([{ _id: room._id.toHexString(), chat_Data: [{ _id: first._id.toHexString() }] }, { _id: emptied._id.toHexString(), chat_Data: [] }]);

    expect((await calls.send(emptied._id).expect(200)).body.chatData.seq).toBe(4);
    expect(await calls.history(emptied._id, '?after_seq=2')).toMatchObject([{ seq: 4 }]);
    const { body: audit } = await request(service.url).get('/admin/audit').query({ tenant: tenant.key }).set('Authorization', `Bearer ${ADMIN_TOKEN}`).expect(200);
    const removed = (audit as { action: string; details: object }[]).filter(({ action }) => action === 'messages removed');
    expect(removed).toMatchObject([{ actor: { by: 'service', from: null }, details: { messages: 4, rooms_emptied: 1, before: expect.any(String) } }]);
  });

  it('goes in small steps, and stops between two of them', async () => {
    const tenant = await newTenant(service);
    const [large, ...small] = [await anOldRoom(tenant, 1_300), await anOldRoom(tenant, 1), await anOldRoom(tenant, 2)];
    commands = [];
    const messagesOf = (steps: readonly Removed[]): number => steps.reduce((sum, { messages }) => sum + messages, 0);
    expect(await removeOld(tenant, 1)).toEqual([{ messages: 500, emptied: 0 }]);
    expect(messagesOf(await removeOld(tenant))).toBe(803);
    const deletions = commands.flatMap(({ command, databaseName }) => (databaseName === tenant.database && command.delete ? (command.deletes as { q: { _id: { $in: Id[] } } }[]) : []));
    expect(Math.max(...deletions.map(({ q }) => q._id.$in.length))).toBe(500);
    for (const { _id, seq } of [large, ...small]) expect(await stored(tenant, _id)).toMatchObject({ last_message: null, seq });
    expect(await removeOld(tenant)).toEqual([]);
  });

  it('leaves a message that is sent while its room is being emptied', async () => {
    const tenant = await newTenant(service);
    const old = await Promise.all([1, 1, 1, 1, 1, 1].map((count) => anOldRoom(tenant, count)));
    const calls = new Calls(service, tenant);
    await Promise.all([removeOld(tenant), ...old.map(({ _id }) => calls.send(_id).expect(200))]);
    for (const { _id } of old) {
      expect((await calls.history(_id)).map(({ seq }) => seq)).toEqual([2]);
      expect((await stored(tenant, _id)).last_message).toMatchObject({ seq: 2 });
    }
  });

  it('is the work of one instance at a time, also when one dies at it', async () => {
    const tenant = await newTenant(service);
    const leases = service.app.get(RetentionLeaseRepository);
    const taken = await Promise.all([leases.take(tenant), leases.take(tenant), leases.take(tenant)]);
    const [lease, ...others] = taken.filter((one) => one !== null);
    expect(others).toEqual([]);
    expect([await leases.renew(lease!), await leases.take(tenant)]).toEqual([true, null]);
    await leases.endIn(lease!, 0);
    const next = await leases.take(tenant);
    expect(next?.holder).not.toEqual(lease!.holder);
    expect([await leases.renew(lease!), await leases.renew(next!)]).toEqual([false, true]);
  });

  it('is off unless it is set to whole days', async () => {
    const { key } = await newTenant(service);
    for (const wrong of [0, -1, 1.5, 10_001, '30', true, {}, []]) expect((await put(key, wrong).expect(400)).body.message).toContain('retention_days must be a whole number from 1 to 10000, or null');
    expect((await put(key, 30).expect(200)).body.settings.retention_days).toBe(30);
    expect((await put(key, null).expect(200)).body.settings.retention_days).toBeNull();
  });
});
