import request from 'supertest';

import { TenantAdminService } from '../src/admin/index.js';
import { toId } from '../src/mongo/index.js';
import { ANONYMOUS } from '../src/auth/index.js';
import { ParticipantService } from '../src/participant/index.js';
import type { Message, Participant, Room } from '../src/room/index.js';
import type { Tenant } from '../src/tenancy/index.js';
import { startApp, type TestApp } from './support/app.js';
import { AGENT, aMessage, aRoom, aStoredRoom, storeRooms } from './support/build.js';
import { dropAll, newTenant } from './support/tenants.js';

const ROUTE = '/api/room/fetchRoomByUserAgent';
const DAYS = ['2024-01-01T00:00:00.000Z', '2024-01-02T00:00:00.000Z', '2024-01-03T00:00:00.000Z'] as const;
const SHARED = { room_name: 'p2p-1', vendor_id: '7', vendor_user_id: '141', order_user_id: '1', order_vendor_id: null };

const FULL_ROOM = {
  _id: '65920080aa00aa00aa00aa01',
  status: true,
  type: 'agent_to_user',
  isRaiseIssue: true,
  room_id: '52788594',
  order_id: '10',
  agent_db: 'full',
  sub_domain: '192.168.101.88',
  agent_id: '141',
  db_name: 'full',
  client_id: '1',
  p2p_id: '33',
  product_id: '12',
  vendor_name: 'Ünal',
  product_name: '$bike',
  product_price: '12.5',
  ...SHARED,
  created_date: '2024-01-01T00:00:00.001Z',
  updated_date: '2024-01-01T00:00:05.020Z',
  __v: 0,
};
const FULL_PARTICIPANT = {
  _id: '65920081aa00aa00aa00aa02',
  status: true,
  room_id: '65920080aa00aa00aa00aa01',
  user_type: 'agent',
  user_id: '141',
  email: '',
  username: 'goutav',
  phone_num: '+null 0000000000',
  display_image: null,
  sub_domain: 'chat.example',
  auth_user_id: '141',
  ...SHARED,
  created_date: '2024-01-01T00:00:01.000Z',
  updated_date: '2024-01-01T00:00:02.000Z',
  __v: 0,
};
const FULL_MESSAGE = {
  _id: '65920085aa00aa00aa00aa03',
  display_image: 'https://example.com/a.png',
  phone_num: 'N/A',
  is_media: true,
  mediaUrl: 'https://example.com/a.mp4',
  thumbnailUrl: 'https://example.com/a.jpg',
  mediaType: 'video/mp4',
  message: 'on my way',
  user_type: 'agent',
  to_message: 'to_user',
  from_message: 'from_agent',
  email: '',
  username: 'goutav',
  chat_type: 'agent_to_user',
  auth_user_id: '141',
  room: '65920080aa00aa00aa00aa01',
  to_id: '7',
  from_id: '1',
  from_user_id: '141',
  ...SHARED,
  created_date: '2024-01-01T00:00:05.019Z',
  __v: 0,
};

type WireFields = Record<string, unknown>;

/** The document as MongoDB holds it: ids and dates are no texts there. */
function toStored(wire: WireFields, ids: readonly string[]): object {
  const toValue = ([field, value]: [string, unknown]): [string, unknown] => {
    if (ids.includes(field)) return [field, toId(value as string)];
    return [field, field.endsWith('_date') ? new Date(value as string) : value];
  };
  return Object.fromEntries(Object.entries(wire).map(toValue));
}

function toStoredRoom(room: WireFields, participants: WireFields[], message: WireFields | null): Room {
  return aStoredRoom('', {
    ...toStored(room, ['_id']),
    participants: participants.map((one) => toStored(one, ['_id', 'room_id']) as Participant),
    last_message: message === null ? null : ({ ...toStored(message, ['_id', 'room']), seq: 4 } as Message),
    seq: 4,
  });
}

function without(fields: WireFields, ...names: string[]): WireFields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

describe('POST /api/room/fetchRoomByUserAgent', () => {
  let service: TestApp;
  let tenant: Tenant;

  const ask = (body: object, path = ROUTE): request.Test => request(service.url).post(path).send(body);
  const askOf = (asked: Tenant, body: object = {}): request.Test => ask({ agent_db: asked.key, agent_id: '141', type: 'agent_to_user', ...body });
  const namesIn = (answer: request.Response): string[] => (answer.body.roomData as Room[]).map((room) => room.room_name);

  beforeAll(async () => {
    service = await startApp();
    tenant = await newTenant(service);
    await storeRooms(service, tenant, [
      aStoredRoom(tenant.key, { room_name: 'second', updated_date: new Date(DAYS[1]) }),
      aStoredRoom(tenant.key, { room_name: 'third', updated_date: new Date(DAYS[0]) }),
      aStoredRoom(tenant.key, { room_name: 'first', updated_date: new Date(DAYS[2]) }),
      aStoredRoom(tenant.key, { room_name: 'of another agent', agent_id: '1411' }),
      aStoredRoom(tenant.key, { room_name: 'of another type', type: 'vendor_to_user' }),
      aStoredRoom('another name', { room_name: 'of another name' }),
    ]);
  });
  afterAll(async () => {
    await dropAll(service);
    await service.close();
  });

  describe('answers documents that', () => {
    it('hold every field of the wire as it is stored, and no other', async () => {
      const full = await newTenant(service, { names: ['full'] });
      await storeRooms(service, full, [toStoredRoom(FULL_ROOM, [FULL_PARTICIPANT], FULL_MESSAGE)]);
      const answer = await ask({ agent_db: 'full', agent_id: '141', type: 'agent_to_user' }).expect(200);
      expect(answer.body).toStrictEqual({
        roomData: [{ ...FULL_ROOM, user_Data: [FULL_PARTICIPANT], chat_Data: [FULL_MESSAGE] }],
        status: true,
        statusCode: 200,
      });
    });

    it('lack what old documents lack', async () => {
      const old = await newTenant(service, { names: ['old'] });
      const room = { ...without(FULL_ROOM, 'isRaiseIssue', 'room_id', 'p2p_id', 'product_price', 'order_vendor_id'), agent_db: 'old' };
      const participant = without(FULL_PARTICIPANT, 'sub_domain', 'email', 'auth_user_id', 'display_image', 'order_vendor_id');
      const message = without(FULL_MESSAGE, 'is_media', 'mediaUrl', 'thumbnailUrl', 'mediaType', 'message', 'order_vendor_id');
      await storeRooms(service, old, [toStoredRoom(room, [participant], message)]);
      const answer = await askOf(old, { agent_db: 'old' }).expect(200);
      expect(answer.body.roomData).toStrictEqual([{ ...room, user_Data: [participant], chat_Data: [message] }]);
    });

    it('keep stored nulls', async () => {
      const nulls = await newTenant(service, { names: ['nulls'] });
      const room = { ...FULL_ROOM, agent_db: 'nulls', room_id: null, order_id: null, sub_domain: null, db_name: null, client_id: null, p2p_id: null };
      const participant = { ...FULL_PARTICIPANT, user_id: null, email: null, username: null, phone_num: null, auth_user_id: null };
      const message = { ...FULL_MESSAGE, message: null, phone_num: null, display_image: null, mediaUrl: null, mediaType: null, to_id: null };
      await storeRooms(service, nulls, [toStoredRoom(room, [participant], message)]);
      const answer = await askOf(nulls, { agent_db: 'nulls' }).expect(200);
      expect(answer.body.roomData).toStrictEqual([{ ...room, user_Data: [participant], chat_Data: [message] }]);
    });

    it('have exactly the fields that were said and the service adds, when the service made them', async () => {
      const fresh = await newTenant(service);
      const room = await aRoom(service, fresh, { order_user_id: null });
      await aMessage(service, fresh, room._id, { to_message: 'to_user', sender: { user_type: 'agent', user_id: '141', email: '', username: 'goutav' } });
      const [card] = (await askOf(fresh).expect(200)).body.roomData;
      expect(Object.keys(card).sort().join(' ')).toBe(
        '__v _id agent_db agent_id chat_Data client_id created_date db_name isRaiseIssue order_user_id order_vendor_id ' +
          'room_id room_name status type updated_date user_Data vendor_id vendor_user_id',
      );
      expect(Object.keys(card.user_Data[0]).sort().join(' ')).toBe(
        '__v _id auth_user_id created_date email order_user_id order_vendor_id room_id room_name status updated_date ' +
          'user_id user_type username vendor_id vendor_user_id',
      );
      expect(Object.keys(card.chat_Data[0]).sort().join(' ')).toBe(
        '__v _id auth_user_id created_date display_image email from_id from_user_id is_media mediaType mediaUrl message ' +
          'order_user_id order_vendor_id phone_num room room_name thumbnailUrl to_id to_message user_type username vendor_id vendor_user_id',
      );
      expect(card).toMatchObject({ order_user_id: null, chat_Data: [{ display_image: null, phone_num: 'N/A', from_id: null, room: card._id }] });
    });
  });

  describe('orders', () => {
    it('rooms by newest updated_date first', async () => {
      const answer = await askOf(tenant).expect(200);
      expect(namesIn(answer)).toEqual(['first', 'second', 'third']);
    });

    it('a room that somebody writes to, or joins, before all others', async () => {
      const moving = await newTenant(service);
      const rooms = ['one', 'two', 'three'].map((name, day) => aStoredRoom(moving.key, { room_name: name, updated_date: new Date(DAYS[day]!) }));
      await storeRooms(service, moving, rooms);
      await aMessage(service, moving, rooms[0]!._id);
      expect(namesIn(await askOf(moving))).toEqual(['one', 'three', 'two']);
      const dated = aStoredRoom(moving.key, { room_name: 'of the future', updated_date: new Date('2999-01-01T00:00:00.000Z') });
      await storeRooms(service, moving, [dated]);
      await service.app.get(ParticipantService).join(moving, ANONYMOUS, dated._id, AGENT);
      const answer = await askOf(moving);
      expect(namesIn(answer)).toEqual(['of the future', 'one', 'three', 'two']);
      expect(answer.body.roomData[0].updated_date).toBe('2999-01-01T00:00:00.000Z');
    });

    it('user_Data by joining, and puts only the newest message into chat_Data', async () => {
      const chat = await newTenant(service);
      const room = await aRoom(service, chat);
      const sender = (kind: string, id: string): object => ({ sender: { ...AGENT, user_type: kind, user_id: id, email: `${id}@example.com` } });
      await aMessage(service, chat, room._id, { message: 'first', ...sender('user', '9') });
      await service.app.get(ParticipantService).join(chat, ANONYMOUS, room._id, { ...AGENT, user_type: 'admin', email: 'a@example.com' });
      await aMessage(service, chat, room._id, { message: 'second', ...sender('agent', '141') });
      await aMessage(service, chat, room._id, { message: 'third', ...sender('user', '1') });
      await aMessage(service, chat, room._id, { message: 'fourth', ...sender('user', '9') });
      const [card] = (await askOf(chat).expect(200)).body.roomData;
      expect(card.user_Data).toMatchObject([{ user_id: '9' }, { user_type: 'admin' }, { user_type: 'agent' }, { user_id: '1' }]);
      expect(card.chat_Data).toMatchObject([{ message: 'fourth' }]);
    });
  });

  describe('takes', () => {
    it('agent_id and agent_db as numbers and as text', async () => {
      const numbered = await newTenant(service, { names: ['4711'] });
      await storeRooms(service, numbered, [aStoredRoom('4711', { room_name: 'numbered' })]);
      for (const name of [4711, '4711']) {
        for (const agent of [141, '141']) {
          const answer = await ask({ agent_db: name, agent_id: agent, type: 'agent_to_user' }).expect(200);
          expect(namesIn(answer)).toEqual(['numbered']);
        }
      }
    });

    it.each(['agent_to_user', 'agent-to-user', 'agent-to_user', 'user_to_agent', 'user-to-agent'])('type %s as agent_to_user', async (type) => {
      expect(namesIn(await askOf(tenant, { type }).expect(200))).toEqual(['first', 'second', 'third']);
    });

    it('the other types as they are', async () => {
      expect(namesIn(await askOf(tenant, { type: 'vendor-to-user' }).expect(200))).toEqual(['of another type']);
      expect(namesIn(await askOf(tenant, { type: 'user_to_vendor' }).expect(200))).toEqual(['of another type']);
      expect(namesIn(await askOf(tenant, { type: 'general' }).expect(200))).toEqual([]);
    });

    it('an urlencoded body', async () => {
      const answer = await ask({}).type('form').send({ agent_db: tenant.key, agent_id: 141, type: 'agent-to-user' }).expect(200);
      expect(namesIn(answer)).toEqual(['first', 'second', 'third']);
      expect(Object.keys(answer.body)).toEqual(['roomData', 'status', 'statusCode']);
    });

    it('the headers that apps send, without effect', async () => {
      const headers = { Authorization: 'opaque-token', client: 'some-database', language: 'en', currency: 'USD', code: '45' };
      expect(namesIn(await askOf(tenant).set(headers).expect(200))).toEqual(['first', 'second', 'third']);
    });

    it.each<[string, object]>([
      ['client_id', { client_id: 99 }],
      ['sub_domain', { sub_domain: '192.168.101.88' }],
      ['order_user_id', { order_user_id: '5' }],
      ['an unregistered db_name', { db_name: 'nobody' }],
      ['an unknown field', { vendor_id: ['1'], filter: { $where: 'x' }, seq: 3 }],
    ])('no notice of %s', async (_, extra) => {
      expect(namesIn(await askOf(tenant, extra).expect(200))).toEqual(['first', 'second', 'third']);
    });

    it('agent_db, never db_name, where a deployment has several names', async () => {
      const twice = await newTenant(service, { names: ['twice-agents', 'twice-orders'] });
      const rooms = [aStoredRoom('twice-agents', { room_name: 'a', db_name: 'twice-orders' }), aStoredRoom('twice-orders', { room_name: 'b' })];
      await storeRooms(service, twice, rooms);
      expect(namesIn(await askOf(twice, { agent_db: 'twice-agents', db_name: 'twice-orders' }).expect(200))).toEqual(['a']);
      expect(namesIn(await askOf(twice, { agent_db: 'twice-orders', db_name: 'twice-agents' }).expect(200))).toEqual(['b']);
    });
  });

  describe('when agent_db is left out', () => {
    const blanks: [string, object][] = [['absent', {}], ['empty', { agent_db: '' }], ['null', { agent_db: null }]];

    it.each(blanks)('takes the only name of the deployment (%s)', async (_, blank) => {
      const answer = await ask({ agent_id: '141', type: 'agent_to_user', ...blank }, `/t/${tenant.key}${ROUTE}`).expect(200);
      expect(namesIn(answer)).toEqual(['first', 'second', 'third']);
    });

    it.each(blanks)('answers 400 for a deployment of several names, and for one of none (%s)', async (_, blank) => {
      const several = await newTenant(service);
      await service.app.get(TenantAdminService).put(several.key, { names: [several.key, `${several.key}-too`] });
      for (const { key } of [several, await newTenant(service, { names: [] })]) {
        const answer = await ask({ agent_id: '141', type: 'agent_to_user', ...blank }, `/t/${key}${ROUTE}`).expect(400);
        expect(answer.body).toStrictEqual({
          status: false,
          statusCode: 400,
          error: 'VALIDATION_FAILED',
          message: expect.stringContaining('agent_db'),
          roomData: [],
        });
      }
    });
  });

  describe('answers an empty list', () => {
    const nothing = { roomData: [], status: true, statusCode: 200 };

    it('when the agent has no rooms', async () => {
      expect((await askOf(tenant, { agent_id: '999' }).expect(200)).body).toStrictEqual(nothing);
    });

    it('when the deployment has never held a room', async () => {
      expect((await askOf(await newTenant(service)).expect(200)).body).toStrictEqual(nothing);
    });

    it.each([
      ['agent_id', null],
      ['agent_id', ''],
      ['agent_id', 'undefined'],
      ['agent_id', 'null'],
      ['type', null],
      ['type', ''],
      ['type', 'undefined'],
      ['type', 'null'],
    ])('for %s %j, even beside rooms that hold such a value', async (field, value) => {
      const odd = await newTenant(service);
      await storeRooms(service, odd, [aStoredRoom(odd.key, { [field]: field === 'type' ? value || 'null' : value })]);
      expect((await askOf(odd, { [field]: value }).expect(200)).body).toStrictEqual(nothing);
    });
  });

  describe('under a path prefix', () => {
    it.each([
      ['plain', (key: string) => `/t/${key}${ROUTE}`],
      ['of a base with a trailing slash', (key: string) => `/t/${key}/${ROUTE}`],
      ['doubled everywhere', (key: string) => `//t//${key}//api//room//fetchRoomByUserAgent`],
      ['with a slash at the end', (key: string) => `/t/${key}${ROUTE}/`],
      ['with a query', (key: string) => `/t/${key}${ROUTE}?language=1`],
    ])('finds the deployment (%s)', async (_, pathOf) => {
      const answer = await ask({ agent_id: 141, type: 'agent_to_user' }, pathOf(tenant.key)).expect(200);
      expect(namesIn(answer)).toEqual(['first', 'second', 'third']);
    });

    it('takes an agent_db that nobody has registered as plain data', async () => {
      const answer = await ask({ agent_db: 'another name', agent_id: 141, type: 'agent_to_user' }, `/t/${tenant.key}${ROUTE}`).expect(200);
      expect(namesIn(answer)).toEqual(['of another name']);
    });

    it('serves doubled slashes without a prefix, too', async () => {
      const answer = await ask({ agent_db: tenant.key, agent_id: 141, type: 'agent_to_user' }, `/${ROUTE}`).expect(200);
      expect(namesIn(answer)).toEqual(['first', 'second', 'third']);
    });
  });
});
