import { after, aParticipant, type Document } from './documents.js';
import { AGENT_ROOM, BARE_ROOM, FORM_ROOM, PEER_ROOM, UNDEFINED_ROOM, VENDOR_ROOM } from './rooms.js';
import { get, INVALID, NO_ROOM, post, refused, type WireCase } from './wire-case.js';

const NOBODY = { userData: {}, status: false, statusCode: 200, message: 'No user found!' };
const everybody = (userData: readonly Document[]): Document => ({ userData, status: true, statusCode: 200, message: 'User Found!' });
const usersOf = (room: Document): string => `/api/chat/getRoomUser/${String(room._id)}`;
const NO_USERS = { userData: [] };

const CUSTOMER = { user_type: 'user', user_id: '1', auth_user_id: '1', email: 'u@example.com', username: 'U', display_image: null, sub_domain: '192.168.101.88' };
const ADMIN = { user_type: 'admin', username: 'John Doe', phone_num: '+null 0000000000', display_image: 'https://img.example/500/500/default.png' };

export const IN_AGENT_ROOM = [
  aParticipant('agent', AGENT_ROOM, {
    user_type: 'agent',
    user_id: '141',
    auth_user_id: '141',
    email: '',
    username: 'goutav',
    phone_num: '+0000000000',
    display_image: 'https://s3.example/x.jpg',
  }),
  aParticipant('customer', AGENT_ROOM, { ...CUSTOMER, phone_num: null }),
  aParticipant('admin', AGENT_ROOM, { ...ADMIN, user_id: '1', auth_user_id: '1', email: 'admin@example.com', sub_domain: 'panel.example.com' }),
  aParticipant('admin without an address', AGENT_ROOM, { ...ADMIN, user_id: '9', auth_user_id: '9', email: '' }),
];

export const IN_VENDOR_ROOM = [
  aParticipant('shop', VENDOR_ROOM, {
    user_type: 'vendor',
    user_id: '3',
    auth_user_id: '99',
    email: 'v@example.com',
    username: 'V',
    phone_num: null,
    display_image: null,
    sub_domain: '192.168.101.88',
  }),
  aParticipant('customer of the shop', VENDOR_ROOM, { ...CUSTOMER, phone_num: '+91 1' }),
];

const SIDE = { user_type: 'user', phone_num: null, display_image: null };
export const IN_PEER_ROOM = [
  aParticipant('seller', PEER_ROOM, { ...SIDE, user_id: '77', auth_user_id: '77', email: 'b@example.com', username: 'Bob', sub_domain: '192.168.101.88' }),
  aParticipant('buyer', PEER_ROOM, { ...SIDE, user_id: '8', auth_user_id: '8', email: null, username: 'Al' }),
];

export const IN_UNDEFINED_ROOM = [
  aParticipant('undefined', UNDEFINED_ROOM, {
    user_type: 'user',
    user_id: 'undefined',
    auth_user_id: 'undefined',
    email: 'undefined',
    username: 'undefined',
    phone_num: 'undefined',
    display_image: 'null',
  }),
];

export const IN_FORM_ROOM = [
  aParticipant('panel', FORM_ROOM, {
    user_type: 'admin',
    user_id: '1',
    auth_user_id: '1',
    email: 'admin@example.com',
    username: 'John Doe',
    phone_num: '+null 0000000000',
    display_image: 'https://img.example/a.png',
  }),
  aParticipant('driver', FORM_ROOM, { user_type: 'agent', user_id: '142', auth_user_id: '142', username: 'Ann', display_image: 'https://img.example/b.png' }),
  aParticipant('staff', FORM_ROOM, { user_type: 'vendor', user_id: '7', auth_user_id: '60' }),
];

/** getRoomUser where nobody has written or joined. */
export const NOBODY_YET: readonly WireCase[] = [
  get({ name: 'getRoomUser of a new room', path: usersOf(AGENT_ROOM) }, NOBODY),
  get({ name: 'the history of a new room', path: '/api/chat/<id agent room>' }, []),
];

const JOIN = '/api/chat/joinRoomByID';
const JOINED = { status: false, statusCode: 200, message: 'joined sucessfully!' };
const KNOWN = { status: true, statusCode: 200, message: 'already exist!' };
const [PANEL, DRIVER, STAFF] = IN_FORM_ROOM;

const refusedJoin = (body: Document, error: readonly [number, string], message?: string): WireCase =>
  refused(post({ name: `joinRoomByID with ${JSON.stringify(body)}`, path: JOIN, body: { room_id: '<id form room>', user_type: 'agent', user_id: 1, ...body } }, null), error, {}, message);

/** Who is in the rooms, and who joins without a message. */
export const PARTICIPANTS: readonly WireCase[] = [
  get({ name: 'getRoomUser of a room of an agent, a customer and admins', path: usersOf(AGENT_ROOM) }, everybody(IN_AGENT_ROOM)),
  get({ name: 'getRoomUser of a room of a shop', path: usersOf(VENDOR_ROOM) }, everybody(IN_VENDOR_ROOM)),
  get({ name: 'getRoomUser of a peer chat', path: usersOf(PEER_ROOM) }, everybody(IN_PEER_ROOM)),
  get({ name: 'getRoomUser of "undefined"', path: usersOf(UNDEFINED_ROOM) }, everybody(IN_UNDEFINED_ROOM)),
  get({ name: 'getRoomUser of a sender without anything', path: usersOf(BARE_ROOM) }, everybody([aParticipant('nobody', BARE_ROOM, { user_type: 'user' })])),
  refused(get({ name: 'getRoomUser of an unknown room', path: '/api/chat/getRoomUser/641d731dee3408c461095a2b' }, null), NO_ROOM, NO_USERS, 'No room found!'),
  refused(get({ name: 'getRoomUser of an order number', path: '/api/chat/getRoomUser/52788594' }, null), INVALID, NO_USERS),
  post(
    {
      name: "an older panel's joinRoomByID, with its spellings",
      path: JOIN,
      body: {
        room_id: '<id form room>',
        user_type: 'admin',
        type: 'agent_to_user',
        user_id: 1,
        email: 'admin@example.com',
        dipslay_image: 'https://img.example/a.png',
        user_name: 'John Doe',
        phone_num: '+null 0000000000',
      },
    },
    { roomData: after(1, FORM_ROOM), RoomUser: PANEL, ...JOINED },
  ),
  post(
    { name: 'joinRoomByID of the same address again', path: JOIN, body: { room_id: '<id form room>', user_type: 'admin', user_id: 2, email: 'admin@example.com', user_name: 'Joan Doe' } },
    { roomData: after(1, FORM_ROOM), RoomUser: PANEL, ...KNOWN },
  ),
  post(
    {
      name: 'joinRoomByID as a form, with the other spellings',
      path: JOIN,
      form: 'room_id=<id form room>&user_type=agent&type=agent-to-user&user_id=142&display_image=https%3A%2F%2Fimg.example%2Fb.png&username=Ann',
    },
    { roomData: after(2, FORM_ROOM), RoomUser: DRIVER, ...JOINED },
  ),
  post({ name: 'joinRoomByID of a shop', path: JOIN, body: { room_id: '<id form room>', user_type: 'vendor', user_id: 60 } }, { roomData: after(3, FORM_ROOM), RoomUser: STAFF, ...JOINED }),
  post({ name: 'joinRoomByID of the shop by another', path: JOIN, body: { room_id: '<id form room>', user_type: 'vendor', user_id: 61 } }, { roomData: after(3, FORM_ROOM), RoomUser: STAFF, ...KNOWN }),
  post(
    { name: 'joinRoomByID of somebody who has written', path: JOIN, body: { room_id: '<id agent room>', user_type: 'agent', user_id: '141', username: 'other' } },
    { roomData: after(8, AGENT_ROOM), RoomUser: IN_AGENT_ROOM[0], ...KNOWN },
  ),
  refusedJoin({ room_id: '641d731dee3408c461095a2b' }, NO_ROOM, 'No room found!'),
  ...[{ room_id: 'x' }, { user_type: '' }, { user_id: { $ne: 1 } }, { email: ['a'] }].map((body) => refusedJoin(body, INVALID)),
  get({ name: 'getRoomUser after the joins', path: usersOf(FORM_ROOM) }, everybody(IN_FORM_ROOM)),
];
