import { aRoom, created, existing, type Document } from './documents.js';
import { get, INVALID, NO_ROOM, post, refused, type WireCase } from './wire-case.js';

const PATH = '/api/room/createRoom';

const AGENT_BODY = {
  room_id: '52788594',
  room_name: 'OrderNo-52788594-orderId-10-oderVendor-7-agentId-141',
  order_vendor_id: '9',
  order_id: '10',
  agent_db: 'ace',
  vendor_id: '7',
  sub_domain: '192.168.101.88',
  vendor_user_id: '141',
  order_user_id: '1',
  type: 'agent_to_user',
  agent_id: '141',
  db_name: 'ace',
  client_id: '1',
};
export const AGENT_ROOM = aRoom('agent room', AGENT_BODY);

const VENDOR_TEXTS = {
  room_id: '82321693',
  room_name: 'OrderNo-82321693-orderId-7-oderVendor-3',
  order_vendor_id: '5',
  order_id: '7',
  vendor_id: '3',
  sub_domain: 'shop.example.com',
  vendor_user_id: '12',
  order_user_id: '1',
  type: 'vendor_to_user',
  db_name: 'ace',
  client_id: '1',
  p2p_id: null,
  product_id: null,
  vendor_name: null,
  product_name: null,
  product_price: null,
  agent_id: '',
  agent_db: '',
};
export const VENDOR_ROOM = aRoom('vendor room', VENDOR_TEXTS);

const PEER_TEXTS = {
  room_id: 'p2p-productId-44-userId-8',
  room_name: 'p2p-productId-44-userId-8',
  order_vendor_id: '',
  order_id: '',
  vendor_id: '15',
  sub_domain: 'shop.example.com',
  vendor_user_id: '8',
  order_user_id: '8',
  type: 'user_to_user',
  db_name: 'ace',
  client_id: '1',
  p2p_id: '15',
  product_id: '44',
  vendor_name: 'Bob shop',
  product_name: 'Drill',
  product_price: '12.5',
  agent_id: '',
  agent_db: '',
};
export const PEER_ROOM = aRoom('peer room', PEER_TEXTS);

export const BARE_ROOM = aRoom('bare room', { type: 'general', room_name: 'edge-no-type' });

export const FORM_ROOM = aRoom('form room', {
  room_id: '3000',
  room_name: 'OrderNo-3000-orderId-30-oderVendor-7-agentId-142',
  order_id: '30',
  order_vendor_id: '',
  vendor_id: '7',
  vendor_user_id: '142',
  order_user_id: '5',
  agent_id: '142',
  agent_db: 'ace',
  db_name: 'ace',
  client_id: '1',
  type: 'agent_to_user',
  vendor_name: "Ann's & Sons 100% Café",
});

export const UNDEFINED_ROOM = aRoom('undefined room', {
  room_id: '4000',
  room_name: 'OrderNo-4000-orderId-40-oderVendor-undefined-agentId-143',
  order_vendor_id: 'undefined',
  vendor_id: 'undefined',
  vendor_user_id: null,
  order_user_id: '6',
  type: 'agent_to_user',
  agent_id: '143',
  agent_db: 'ace',
  db_name: 'ace',
});

export const REVERSED_ROOM = aRoom('reversed room', {
  isRaiseIssue: true,
  room_name: 'OrderNo-5000-orderId-50-oderVendor-4',
  vendor_id: '4',
  order_user_id: '7',
  type: 'vendor_to_user',
  db_name: 'ace',
  client_id: '1',
  product_price: '0',
  product_name: '$9.99 <b>',
});

const without = ({ isRaiseIssue: _, ...room }: Document): Document => room;

/** Rooms as backends, panels and apps make them; nobody has written yet. */
export const ROOMS: readonly WireCase[] = [
  post({ name: "a dispatcher's createRoom", path: PATH, body: AGENT_BODY }, created(AGENT_ROOM)),
  post({ name: "a dispatcher's createRoom again", path: PATH, body: AGENT_BODY }, existing(AGENT_ROOM)),
  post(
    {
      name: "a customer's createRoom of the same order, with other fields",
      path: PATH,
      headers: { authorization: '0a1b2c', client: 'ace', language: '1', currency: 'USD', code: 'xx' },
      body: { room_name: AGENT_BODY.room_name, type: 'user_to_agent', vendor_user_id: 1, order_id: 11, isRaiseIssue: 1, db_name: 'ace' },
    },
    existing(AGENT_ROOM),
  ),
  post(
    { name: "an order panel's createRoom, with numbers, nulls and empty texts", path: PATH, body: { ...VENDOR_TEXTS, room_id: 82321693, order_user_id: 1, client_id: 1, isRaiseIssue: 0 } },
    created(VENDOR_ROOM),
  ),
  post(
    { name: 'createRoom of a peer chat, with a number for its price', path: PATH, body: { ...PEER_TEXTS, order_user_id: 8, client_id: 1, product_price: 12.5, isRaiseIssue: 0 } },
    created(PEER_ROOM),
  ),
  post({ name: 'createRoom with a name alone', path: PATH, body: { room_name: 'edge-no-type' } }, created(BARE_ROOM)),
  post(
    {
      name: 'createRoom as a form, with a hyphened type',
      path: PATH,
      form:
        'room_id=3000&room_name=OrderNo-3000-orderId-30-oderVendor-7-agentId-142&order_id=30&order_vendor_id=&vendor_id=7&vendor_user_id=142&order_user_id=5' +
        '&agent_id=142&agent_db=ace&db_name=ace&client_id=1&type=agent-to-user&vendor_name=Ann%27s+%26+Sons+100%25+Caf%C3%A9&isRaiseIssue=0',
    },
    created(FORM_ROOM),
  ),
  post(
    {
      name: 'createRoom of user_to_agent, with "undefined" and null for ids',
      path: PATH,
      body: { ...pickTexts(UNDEFINED_ROOM), room_id: 4000, order_user_id: 6, type: 'user_to_agent' },
    },
    created(UNDEFINED_ROOM),
  ),
  post(
    {
      name: 'createRoom of user-to-vendor, with fields that no caller chooses',
      path: PATH,
      body: {
        ...pickTexts(REVERSED_ROOM),
        type: 'user-to-vendor',
        isRaiseIssue: '1',
        product_price: 0,
        _id: '641d731dee3408c461095a2b',
        status: false,
        created_date: '2001-01-01T00:00:00.000Z',
        updated_date: '2001-01-01T00:00:00.000Z',
        participants: [{ user_type: 'admin' }],
        last_message: { message: 'faked' },
        seq: 7,
        revision: 'x',
        __v: 9,
        unknown: { deep: [1] },
      },
    },
    created(REVERSED_ROOM),
  ),
  get({ name: 'GET of a room', path: '/api/room/<id vendor room>' }, VENDOR_ROOM),
  refused(get({ name: 'GET of a room that is unknown', path: '/api/room/641d731dee3408c461095a2b' }, null), NO_ROOM, {}, 'No room found!'),
  refused(get({ name: 'GET of a room by its order number', path: '/api/room/52788594' }, null), INVALID),
  ...[{}, { room_name: '' }, { room_name: null }, { room_name: 'undefined' }, { room_name: { $ne: null } }, { room_name: ['a'] }].map((body) =>
    refused(post({ name: `createRoom of ${JSON.stringify(body)}`, path: PATH, body }, null), INVALID),
  ),
  ...[{ isRaiseIssue: 2 }, { isRaiseIssue: 'yes' }, { vendor_id: { $gt: '' } }, { agent_id: [141] }, { type: { a: 1 } }].map((body) =>
    refused(post({ name: `createRoom with ${JSON.stringify(body)}`, path: PATH, body: { room_name: 'never made', ...body } }, null), INVALID),
  ),
];

/** The fields that a caller sends for such a room, but for the flag. */
function pickTexts(room: Document): Document {
  const { _id, status, created_date, updated_date, __v, ...texts } = room;
  return without(texts);
}
