import request from 'supertest';

import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { Listener } from './support/listener.js';
import { dropAll, newTenant } from './support/tenants.js';

const WITHIN = { within: 20_000 };

let service: TestApp;
let tenant: Tenant;
let base: string;

beforeAll(async () => {
  service = await startApp();
  tenant = await newTenant(service, { names: ['acme_dispatch', 'acme_orders'] });
  base = `${service.url}/t/${tenant.key}`;
});

afterAll(async () => {
  await dropAll(service);
  await service.close();
});

/** A backend: a form, by name, without any header of its own. */
async function backend(path: string, fields: object) {
  const { status, body } = await request(service.url).post(path).type('form').send(fields);
  expect(status).toBe(200);
  return body;
}

/** An app: JSON to its base URL, with the headers that apps send. */
async function app(path: string, fields: object) {
  const headers = { authorization: '$2y$10$opaque', client: 'acme_dispatch', language: '1', currency: 'USD', code: '245bae' };
  const { status, body } = await request(base).post(path).set(headers).send(fields);
  expect(status).toBe(200);
  return body;
}

const ROOM = {
  room_id: '52788594',
  room_name: 'OrderNo-52788594-orderId-10-oderVendor-7-agentId-141',
  ...{ order_vendor_id: '9', order_id: '10', vendor_id: '7', vendor_user_id: '141', order_user_id: '1', agent_id: '141' },
  ...{ agent_db: 'acme_dispatch', db_name: 'acme_orders', client_id: '1', sub_domain: '192.168.101.88' },
};
const DRIVER = { user_type: 'agent', user_id: 141, email: '', username: 'goutav', phone_num: '+0000000000', display_image: null, to_message: 'to_user', from_message: 'from_agent', chat_type: 'agent_to_user' };
const CUSTOMER = { user_type: 'user', user_id: '1', email: null, username: 'Casey', phone_num: '+null 0000000000', display_image: '', to_message: 'to_agent', from_message: 'from_user', chat_type: 'agent_to_user' };
const DRIVERS_LIST = { agent_id: 141, agent_db: 'acme_dispatch', type: 'agent-to-user', client_id: '1', sub_domain: 'd.example.com' };
const CUSTOMERS_LIST = { order_user_id: '1', db_name: 'acme_orders', type: 'agent_to_user' };

describe("An order's chat, as callers do it,", () => {
  it('goes from the first createRoom to the panel, on lists and sockets of three releases at once', async () => {
    const driver = await Listener.open(base, { release: '2.5.0' });
    const customer = await Listener.open(`${base}/`, { release: '4.8.4' });
    const panel = await Listener.open(base, { release: '1.7.4', transports: ['polling'] });
    const everybody = [driver, customer, panel];
    const allHeard = async (expected: string[]): Promise<void> => {
      for (const one of everybody) await eventually(() => expect(one.texts('new-app-message')).toEqual(expected), WITHIN);
    };

    const made = await backend('/api/room/createRoom', { ...ROOM, type: 'agent-to-user' });
    expect(made).toMatchObject({ status: false, message: 'created sucessfully!', roomData: { type: 'agent_to_user' } });
    const met = await app('/api/room/createRoom', { ...ROOM, type: 'user_to_agent', room_id: 52788594, vendor_user_id: '1' });
    expect(met).toEqual({ ...made, status: true, message: 'already exist!' });
    const id: string = made.roomData._id;

    const hello = await app('/api/chat/sendMessageJoin', { room_id: id, message: 'I am at the door.', ...DRIVER });
    driver.socket.emit('save-message', hello);
    await allHeard(['I am at the door.']);
    const reply = await app('/api/chat/sendMessageJoin', { room_id: id, message: 'Coming!', ...CUSTOMER });
    customer.socket.emit('save-message', reply);
    await app('/api/chat/sendMessageJoin', { room_id: id, is_media: true, mediaUrl: 'https://s3.example/x.jpg', thumbnailUrl: 'https://s3.example/t.jpg', mediaType: 'image/jpeg', ...DRIVER });
    await allHeard(['I am at the door.', 'Coming!', undefined!]);

    const lists = [await app('/api/room/fetchRoomByUserAgent', DRIVERS_LIST), await app('/api/room/fetchRoomByUserId', CUSTOMERS_LIST)];
    lists.push(await backend('/api/room/fetchAllRoom', { db_name: 'acme_orders', type: 'agent_to_user', client_id: 1 }));
    const [room] = lists[0].roomData;
    expect(lists).toEqual(lists.map(() => ({ roomData: [room], status: true, statusCode: 200 })));
    expect((room.user_Data as { username: string }[]).map(({ username }) => username)).toEqual(['goutav', 'Casey']);
    expect(room.chat_Data).toEqual([expect.objectContaining({ is_media: true, mediaUrl: 'https://s3.example/x.jpg', auth_user_id: '141' })]);
    expect(room.chat_Data[0]).not.toHaveProperty('message');

    const { body: history } = await request(base).get(`/api/chat/${id}`);
    for (const one of everybody) {
      expect(one.payloads('new-message').map(({ message }) => message.chatData)).toEqual(history);
      expect(one.payloads('room-created')).toHaveLength(1);
      expect([one.texts(), one.faults]).toEqual([['I am at the door.', 'Coming!', undefined], []]);
      one.close();
    }
  });
});
