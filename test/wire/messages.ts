import { after, aMessage, heard, heardFirst, sent, type Document } from './documents.js';
import { AGENT_ROOM, BARE_ROOM, PEER_ROOM, UNDEFINED_ROOM, VENDOR_ROOM } from './rooms.js';
import { INVALID, NO_ROOM, post, refused, type WireCase } from './wire-case.js';

const PATH = '/api/chat/sendMessageJoin';

const AGENT = {
  user_type: 'agent',
  to_message: 'to_user',
  from_message: 'from_agent',
  email: '',
  username: 'goutav',
  phone_num: '+0000000000',
  display_image: 'https://s3.example/x.jpg',
  chat_type: 'agent_to_user',
};
const CUSTOMER = { user_type: 'user', email: 'u@example.com', username: 'U', phone_num: null, display_image: null };
const TO_AGENT = { to_message: 'to_agent', from_message: 'from_user', chat_type: 'agent_to_user' };
const ADMIN = {
  user_type: 'admin',
  to_message: 'to_user_agent',
  from_message: 'from_admin',
  email: 'admin@example.com',
  username: 'John Doe',
  phone_num: '+null 0000000000',
  display_image: 'https://img.example/500/500/default.png',
  chat_type: 'agent_to_user',
};
const SHOP = { user_type: 'vendor', to_message: 'to_user', from_message: 'from_vendor', phone_num: null, display_image: null, chat_type: 'vendor_to_user' };
const PICTURE = { is_media: true, mediaUrl: 'https://b.s3.example/uploads%2F1%2Fx.jpg', thumbnailUrl: 'https://b.s3.example/uploads%2F1%2Fx.jpg', mediaType: 'image/jpeg' };
const SIDE = { user_type: 'user', from_message: 'from_user', chat_type: 'user_to_user', phone_num: null, display_image: null };
const SELLER = { ...SIDE, email: 'b@example.com', username: 'Bob' };
const BUYER = { ...SIDE, email: null, username: 'Al' };

// Who a message is from and to: a shop writes to the customer, everybody else to the shop.
const inAgentRoom = { to_id: '7', from_id: '1' };
const ofShop = { to_id: '1', from_id: '3', from_user_id: '12' };
const toShop = { to_id: '3', from_id: '1' };
const inPeerRoom = { to_id: '15', from_id: '8' };
const by = (id: string): Document => ({ auth_user_id: id, from_user_id: id });

export const AGENT_MESSAGES = [
  aMessage('agent message 1', AGENT_ROOM, { ...AGENT, message: 'dfdfdfd', ...inAgentRoom, ...by('141'), seq: 1 }),
  aMessage('agent message 2', AGENT_ROOM, { ...AGENT, message: 'two', ...inAgentRoom, ...by('141'), seq: 2 }),
  aMessage('agent message 3', AGENT_ROOM, { ...CUSTOMER, ...TO_AGENT, message: 'hi', ...inAgentRoom, ...by('1'), seq: 3 }),
  aMessage('agent message 4', AGENT_ROOM, { ...ADMIN, message: 'adm', ...inAgentRoom, ...by('1'), seq: 4 }),
  aMessage('agent message 5', AGENT_ROOM, { ...ADMIN, username: 'Joan Doe', message: 'same address', ...inAgentRoom, ...by('2'), seq: 5 }),
  aMessage('agent message 6', AGENT_ROOM, { ...ADMIN, email: '', message: 'no address', ...inAgentRoom, ...by('9'), seq: 6 }),
  aMessage('agent message 7', AGENT_ROOM, { ...ADMIN, email: 'undefined', message: 'nor here', ...inAgentRoom, ...by('9'), seq: 7 }),
  aMessage('agent message 8', AGENT_ROOM, { user_type: 'user', message: 'x', display_image: null, phone_num: 'N/A', ...inAgentRoom, ...by('1'), seq: 8 }),
] as const;

export const VENDOR_MESSAGES = [
  aMessage('vendor message 1', VENDOR_ROOM, { ...SHOP, email: 'v@example.com', username: 'V', message: 'v', ...ofShop, auth_user_id: '99', seq: 1 }),
  aMessage('vendor message 2', VENDOR_ROOM, { ...SHOP, email: 'v2@example.com', username: 'V2', message: 'v2', ...ofShop, auth_user_id: '100', seq: 2 }),
  aMessage('vendor message 3', VENDOR_ROOM, {
    ...CUSTOMER,
    phone_num: '+91 1',
    to_message: 'to_vendor',
    from_message: 'from_user',
    chat_type: 'vendor_to_user',
    ...PICTURE,
    ...toShop,
    ...by('1'),
    seq: 3,
  }),
  aMessage('vendor message 4', VENDOR_ROOM, {
    ...SHOP,
    email: 'v@example.com',
    username: 'V',
    phone_num: '+91 1',
    display_image: 'https://i',
    message: '',
    is_media: true,
    mediaUrl: 'https://b/u.mp4',
    thumbnailUrl: 'blob:x',
    mediaType: 'video/mp4',
    ...ofShop,
    auth_user_id: '12',
    seq: 4,
  }),
  aMessage('vendor message 5', VENDOR_ROOM, {
    user_type: 'vendor',
    message: 'Café & 100% $5 +1',
    to_message: 'to_user',
    email: '',
    display_image: null,
    phone_num: 'N/A',
    is_media: true,
    mediaUrl: 'https://b/x.pdf?a=1&b=2',
    mediaType: 'application/pdf',
    ...ofShop,
    auth_user_id: '99',
    seq: 5,
  }),
] as const;

export const PEER_MESSAGES = [
  aMessage('peer message 1', PEER_ROOM, { ...SELLER, message: 'yo', ...inPeerRoom, ...by('77'), seq: 1 }),
  aMessage('peer message 2', PEER_ROOM, { ...SELLER, message: 'yo2', ...inPeerRoom, ...by('77'), seq: 2 }),
  aMessage('peer message 3', PEER_ROOM, { ...BUYER, message: 'how much?', ...inPeerRoom, ...by('8'), seq: 3 }),
] as const;

export const UNDEFINED_MESSAGE = aMessage('undefined message', UNDEFINED_ROOM, {
  user_type: 'user',
  message: null,
  to_message: null,
  email: 'undefined',
  username: 'undefined',
  phone_num: 'undefined',
  display_image: 'null',
  is_media: false,
  mediaUrl: '',
  to_id: 'undefined',
  from_id: '6',
  ...by('undefined'),
  seq: 1,
});

export const BARE_MESSAGE = aMessage('bare message', BARE_ROOM, { user_type: 'user', display_image: null, phone_num: 'N/A', seq: 1 });

const NEVER_SENT = ['_id', 'room', 'to_id', 'from_id', 'from_user_id', 'auth_user_id', 'created_date', '__v', 'seq', 'room_name', 'vendor_id', 'vendor_user_id', 'order_user_id', 'order_vendor_id'];
const ONLY_OF_MEDIA = ['is_media', 'mediaUrl', 'thumbnailUrl', 'mediaType'];

/** The body that such a message was sent with; `fields` replaces some of it. */
function bodyOf(message: Document, fields: Document): object {
  const left = [...NEVER_SENT, ...(message.is_media === true ? [] : ONLY_OF_MEDIA)];
  const own = Object.fromEntries(Object.entries(message).filter(([field]) => !left.includes(field)));
  return { room_id: message.room, ...own, ...fields };
}

/** A send; the room has moved `moves` times before it. */
function send(name: string, [room, moves]: readonly [Document, number], message: Document, call: { body?: Document; form?: string }): WireCase {
  const broadcasts = (message.seq === 1 ? heardFirst : heard)(message, after(moves + 1, room));
  const request = call.form === undefined ? { body: bodyOf(message, call.body ?? {}) } : { form: call.form };
  return post({ name: `sendMessageJoin ${name}`, path: PATH, ...request, broadcasts }, sent(message, after(moves, room)));
}

const refusedSend = (body: Document, error: readonly [number, string], message?: string): WireCase =>
  refused(post({ name: `sendMessageJoin with ${JSON.stringify(body).slice(0, 60)}`, path: PATH, body: { room_id: '<id agent room>', user_type: 'agent', user_id: 141, message: 'no', ...body } }, null), error, { chatData: {} }, message);

const FAKED = {
  _id: '641d731dee3408c461095a2b',
  created_date: '2001-01-01T00:00:00.000Z',
  to_id: 'x',
  from_id: 'x',
  from_user_id: 'x',
  auth_user_id: 'x',
  room: '641d731dee3408c461095a2b',
  room_name: 'x',
  vendor_id: 'x',
  seq: 99,
  __v: 9,
  new: false,
  deep: { unknown: [1] },
};

/** Messages as apps and panels send them. */
export const MESSAGES: readonly WireCase[] = [
  send("an agent's first", [AGENT_ROOM, 0], AGENT_MESSAGES[0], { body: { user_id: 141 } }),
  send("an agent's second, with fields that no caller chooses", [AGENT_ROOM, 1], AGENT_MESSAGES[1], { body: { user_id: '141', ...FAKED } }),
  send("a customer's first", [AGENT_ROOM, 2], AGENT_MESSAGES[2], { body: { user_id: 1, sub_domain: '192.168.101.88' } }),
  send("an admin's", [AGENT_ROOM, 3], AGENT_MESSAGES[3], { body: { user_id: '1', sub_domain: 'panel.example.com' } }),
  send("an admin's of the same address and another id", [AGENT_ROOM, 4], AGENT_MESSAGES[4], { body: { user_id: 2 } }),
  send("an admin's without an address", [AGENT_ROOM, 5], AGENT_MESSAGES[5], { body: { user_id: 9 } }),
  send('an admin\'s with "undefined" for an address', [AGENT_ROOM, 6], AGENT_MESSAGES[6], { body: { user_id: 9 } }),
  post(
    {
      name: 'sendMessageJoin of nothing but a text, a kind and an id',
      path: PATH,
      body: { room_id: '<id agent room>', message: 'x', user_type: 'user', user_id: 1 },
      broadcasts: heard(AGENT_MESSAGES[7], after(8, AGENT_ROOM)),
    },
    sent(AGENT_MESSAGES[7], after(7, AGENT_ROOM)),
  ),
  send("a shop's first", [VENDOR_ROOM, 0], VENDOR_MESSAGES[0], { body: { user_id: 99, sub_domain: '192.168.101.88' } }),
  send("a second staff member's of the shop", [VENDOR_ROOM, 1], VENDOR_MESSAGES[1], { body: { user_id: 100, sub_domain: '192.168.101.88' } }),
  send("a customer's picture without a text", [VENDOR_ROOM, 2], VENDOR_MESSAGES[2], { body: { user_id: 1, sub_domain: '192.168.101.88' } }),
  send("a panel's film with an empty text", [VENDOR_ROOM, 3], VENDOR_MESSAGES[3], { body: { user_id: '12', sub_domain: 'h' } }),
  send('as a form, a media file with its name', [VENDOR_ROOM, 4], VENDOR_MESSAGES[4], {
    form:
      'room_id=<id vendor room>&message=Caf%C3%A9+%26+100%25+%245+%2B1&user_type=vendor&to_message=to_user&user_id=99&email=&is_media=1' +
      '&mediaUrl=https%3A%2F%2Fb%2Fx.pdf%3Fa%3D1%26b%3D2&mediaType=application%2Fpdf',
  }),
  send("a seller's in a peer chat", [PEER_ROOM, 0], PEER_MESSAGES[0], { body: { user_id: 77, sub_domain: '192.168.101.88' } }),
  send("the same seller's again", [PEER_ROOM, 1], PEER_MESSAGES[1], { body: { user_id: 77, sub_domain: '192.168.101.88' } }),
  send("the buyer's in a peer chat", [PEER_ROOM, 2], PEER_MESSAGES[2], { body: { user_id: 8 } }),
  send('with "undefined", "null", null and empty texts', [UNDEFINED_ROOM, 0], UNDEFINED_MESSAGE, { body: { user_id: 'undefined', is_media: '0', mediaUrl: '' } }),
  send('of nothing but a kind, in a room with a name alone', [BARE_ROOM, 0], BARE_MESSAGE, { form: 'room_id=<id bare room>&user_type=user' }),
  refusedSend({ room_id: '641d731dee3408c461095a2b' }, NO_ROOM, 'No room found!'),
  ...['salesdemo', '', null, 133, '52788594', { $ne: null }, ['<id agent room>'], '641d731dee3408c461095a2'].map((id) => refusedSend({ room_id: id }, INVALID)),
  ...['message', 'user_type', 'user_id', 'email', 'phone_num', 'display_image', 'mediaUrl', 'chat_type', 'to_message'].map((field) => refusedSend({ [field]: { $gt: '' } }, INVALID)),
  ...[{ message: ['a'] }, { user_type: '' }, { user_type: null }, { is_media: 2 }, { is_media: 'yes' }, { message: 'x'.repeat(10_001) }].map((body) => refusedSend(body, INVALID)),
];
