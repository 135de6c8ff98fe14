import { aCard, after, aList, type Document } from './documents.js';
import { AGENT_MESSAGES, PEER_MESSAGES, UNDEFINED_MESSAGE, VENDOR_MESSAGES } from './messages.js';
import { IN_AGENT_ROOM, IN_FORM_ROOM, IN_PEER_ROOM, IN_UNDEFINED_ROOM, IN_VENDOR_ROOM } from './participants.js';
import { AGENT_ROOM, FORM_ROOM, PEER_ROOM, REVERSED_ROOM, UNDEFINED_ROOM, VENDOR_ROOM } from './rooms.js';
import { get, INVALID, NO_ROOM, post, put, refused, type WireCase } from './wire-case.js';

const list = (route: string, body: object, rooms: readonly Document[]): WireCase =>
  post({ name: `${route} of ${JSON.stringify(body)}`, path: `/api/room/${route}`, body }, aList(rooms));

const DRIVER = { agent_id: 141, type: 'agent_to_user', sub_domain: 'drivers.example.com', agent_db: 'ace', client_id: '1' };
const DISPATCHER = { order_user_id: 141, sub_domain: 'd.example.com', agent_id: 141, type: 'agent_to_user', agent_db: 'ace', db_name: '', client_id: 1 };
const PANEL = { sub_domain: 'h', type: 'vendor_to_user', db_name: 'ace', client_id: 1 };

const quiet = (room: Document): Document => aCard(room, [], null);

/** The lists while nobody has written. */
export const QUIET_LISTS: readonly WireCase[] = [
  list('fetchRoomByUserAgent', DRIVER, [quiet(AGENT_ROOM)]),
  list('fetchRoomByUserAgent', DISPATCHER, [quiet(AGENT_ROOM)]),
  list('fetchRoomByVendor', { ...PANEL, vendor_id: [3, 4] }, [quiet(REVERSED_ROOM), quiet(VENDOR_ROOM)]),
  list('fetchRoomByClient', PANEL, [REVERSED_ROOM, VENDOR_ROOM]),
];

const OF_AGENT = aCard(after(8, AGENT_ROOM), IN_AGENT_ROOM, AGENT_MESSAGES[7]);
const OF_VENDOR = aCard(after(5, VENDOR_ROOM), IN_VENDOR_ROOM, VENDOR_MESSAGES[4]);
const OF_PEERS = aCard(after(3, PEER_ROOM), IN_PEER_ROOM, PEER_MESSAGES[2]);
const OF_UNDEFINED = aCard(after(1, UNDEFINED_ROOM), IN_UNDEFINED_ROOM, UNDEFINED_MESSAGE);
const OF_FORM = aCard(after(3, FORM_ROOM), IN_FORM_ROOM, null);

/** The lists after all messages and joins. */
export const LISTS: readonly WireCase[] = [
  list('fetchRoomByUserAgent', DRIVER, [OF_AGENT]),
  list('fetchRoomByUserAgent', { ...DRIVER, type: 'agent-to-user', agent_id: '141' }, [OF_AGENT]),
  list('fetchRoomByUserAgent', { ...DRIVER, type: 'user_to_agent', agent_id: '143' }, [OF_UNDEFINED]),
  list('fetchRoomByUserAgent', { ...DRIVER, agent_id: 142, db_name: 'unknown', client_id: 'undefined' }, [OF_FORM]),
  list('fetchRoomByUserAgent', { ...DRIVER, agent_id: 'undefined' }, []),
  list('fetchRoomByUserAgent', { ...DRIVER, agent_id: null }, []),
  list('fetchRoomByUserAgent', { ...DRIVER, agent_id: 999 }, []),
  list('fetchRoomByVendor', { ...PANEL, vendor_id: [3, 4] }, [OF_VENDOR, quiet(REVERSED_ROOM)]),
  list('fetchRoomByVendor', { ...PANEL, vendor_id: '3', client_id: 'undefined' }, [OF_VENDOR]),
  list('fetchRoomByVendor', { ...PANEL, vendor_id: [] }, []),
  list('fetchRoomByVendor', { ...PANEL, vendor_id: [null] }, []),
  post(
    { name: 'fetchRoomByVendor as a form', path: '/api/room/fetchRoomByVendor', form: 'vendor_id%5B%5D=4&vendor_id%5B%5D=3&db_name=ace&client_id=1&type=user-to-vendor' },
    aList([OF_VENDOR, quiet(REVERSED_ROOM)]),
  ),
  list('fetchRoomByUserId', { ...PANEL, p2p_id: 'undefined', vendor_id: [], order_user_id: '1' }, [OF_VENDOR]),
  list('fetchRoomByUserId', { ...PANEL, type: 'agent_to_user', order_user_id: 1 }, [OF_AGENT]),
  list('fetchRoomByUserIdUserToUser', { ...PANEL, type: 'user_to_user', p2p_id: 'undefined', vendor_id: [null], order_user_id: '8' }, [OF_PEERS]),
  list('fetchRoomByUserIdUserToUser', { ...PANEL, type: 'user-to-user', p2p_id: 15, order_user_id: 15 }, [OF_PEERS]),
  list('fetchRoomByUserIdUserToUser', { ...PANEL, type: 'user_to_user', p2p_id: 'undefined', order_user_id: null }, []),
  list('fetchAllRoom', { ...PANEL, order_user_id: '1', p2p_id: '' }, [OF_VENDOR, quiet(REVERSED_ROOM)]),
  list('fetchAllRoom', { ...PANEL, client_id: '2' }, []),
  list('fetchRoomByClient', PANEL, [after(5, VENDOR_ROOM), REVERSED_ROOM]),
  get({ name: 'GET of rooms by their order number', path: '/api/room?room_id=52788594' }, aList([OF_AGENT])),
  get({ name: 'GET of rooms of an order number that is unknown', path: '/api/room?room_id=1' }, aList([])),
  ...[
    list('fetchRoomByUserAgent', { ...DRIVER, agent_id: undefined }, []),
    list('fetchRoomByUserAgent', { ...DRIVER, agent_id: { $ne: null } }, []),
    list('fetchRoomByVendor', { ...PANEL, vendor_id: [{ $gt: '' }] }, []),
    list('fetchRoomByUserIdUserToUser', { ...PANEL, type: 'user_to_user' }, []),
    list('fetchAllRoom', { db_name: 'ace' }, []),
  ].map((call) => refused(call, INVALID, { roomData: [] })),
];

const raise = (isRaiseIssue: unknown, room = '<id peer room>'): WireCase =>
  put({ name: `raiseanissue of ${room} with ${JSON.stringify(isRaiseIssue)}`, path: `/api/room/raiseanissue/${room}`, body: { isRaiseIssue } }, { status: true });

/** Issues, raised and taken back. */
export const ISSUES: readonly WireCase[] = [
  raise(1),
  get({ name: 'GET of a room with an issue', path: '/api/room/<id peer room>' }, { ...after(4, PEER_ROOM), isRaiseIssue: true }),
  raise('0'),
  get({ name: 'GET of a room whose issue was taken back', path: '/api/room/<id peer room>' }, after(5, PEER_ROOM)),
  put({ name: 'raiseanissue as a form', path: '/api/room/raiseanissue/<id peer room>', form: 'isRaiseIssue=1' }, { status: true }),
  refused(raise(1, '641d731dee3408c461095a2b'), NO_ROOM, {}, 'No room found!'),
  ...[2, 'yes', null, [1]].map((flag) => refused(raise(flag), INVALID)),
  refused(raise(1, '52788594'), INVALID),
];
