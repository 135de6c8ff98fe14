import type { Role } from './credentials.js';
import type { Kind } from './deployments.js';
import type { Field } from './documents.js';

/** What is seen of an answer: its status and error code, or after 2xx `own` where texts of the deployment are in it, else `bare`. */
export type Seen = string;

/** What a field that names somebody or something takes. */
export type FieldKind = Kind | 'name' | 'host' | 'cursor' | 'etag';

/** A field, and what is seen when it has the other deployment's value: what the plain call shows, where nothing else is said. */
export interface FieldRule {
  readonly kind: FieldKind;
  /** By those who may see the whole deployment. */
  readonly whole?: Seen;
  /** By people, or by some of them. */
  readonly people?: Seen | Readonly<Partial<Record<Role, Seen>>>;
}

/** What holds for a route of a deployment. */
export interface WireRule {
  /** What each role sees of the shared rooms. */
  readonly plain: Readonly<Record<Role, Seen>>;
  readonly fields: Readonly<Record<string, FieldRule>>;
  /** Fields of the body that take a text with the deployment's mark. */
  readonly texts?: readonly string[];
  /** Fixed fields of the body; `user_type` takes each role's own where it is here. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly speaks?: true;
}

/** What holds for a route of the operator. */
export interface AdminRule {
  readonly seen: Seen;
  readonly fields: readonly string[];
  readonly body?: Readonly<Record<string, unknown>>;
}

const OWN = '200 own';
const BARE = '200 bare';
const NOT_ALLOWED = '403 NOT_ALLOWED';
const NO_ROOM = '404 ROOM_NOT_FOUND';
const NO_LOCATION = '404 LOCATION_NOT_FOUND';
const INVALID = '400 VALIDATION_FAILED';

/** What everybody sees whose strong hints name two deployments. */
export const MISMATCH = '403 TENANT_MISMATCH';
/** What everybody sees whom the deployment does not let in. */
export const REFUSED = '403 CREDENTIAL_REFUSED';

type Plain = WireRule['plain'];

/** Everybody who is in the room sees it; what the others see, and what who reads only does. */
function members(seen: Seen, others: Seen, reader: Seen = seen): Plain {
  return { ...whole(seen, others, reader), agent: seen, user: seen, vendor: seen };
}

/** Those who see the whole deployment, and nobody else. */
function whole(seen: Seen, others: Seen, reader: Seen = seen): Plain {
  return { service: seen, anonymous: seen, reader, admin: seen, agent: others, user: others, vendor: others, 'other agent': others, 'other user': others, 'other vendor': others };
}

const NAME: FieldRule = { kind: 'name', whole: MISMATCH, people: MISMATCH };
const HOST: FieldRule = { kind: 'host' };
const PAGE: WireRule['fields'] = { cursor: { kind: 'cursor', whole: '400 CURSOR_INVALID', people: '400 CURSOR_INVALID' }, 'If-None-Match': { kind: 'etag' } };
const without = (kind: Kind, seen: Seen): FieldRule => ({ kind, whole: seen, people: seen });

/** Hints that every call can carry, in documents or not, beside the path of its deployment. */
export const HINTS: readonly { readonly field: Field; readonly rule: FieldRule }[] = [
  { field: { in: 'header', name: 'client' }, rule: { kind: 'name' } },
  { field: { in: 'header', name: 'host' }, rule: HOST },
  { field: { in: 'query', name: 'agent_db' }, rule: NAME },
  { field: { in: 'query', name: 'db_name' }, rule: NAME },
  { field: { in: 'query', name: 'sub_domain' }, rule: HOST },
];

const LIST = { type: 'agent_to_user', client_id: '1' };
const LIST_FIELDS: WireRule['fields'] = { ...PAGE, db_name: NAME, sub_domain: HOST };
const listOf = (kind: Kind, people?: Seen): FieldRule => ({ kind, whole: BARE, people: people ?? NOT_ALLOWED });

const WROTE = members(OWN, NO_ROOM, NOT_ALLOWED);
const IN_ROOM: WireRule['fields'] = { room_id: without('room', NO_ROOM) };

export const WIRE_RULES: Readonly<Record<string, WireRule>> = {
  'POST /api/room/createRoom': {
    plain: members(OWN, NOT_ALLOWED, NOT_ALLOWED),
    texts: ['vendor_name', 'product_name'],
    body: { type: 'agent_to_user' },
    fields: {
      agent_db: NAME,
      db_name: NAME,
      sub_domain: HOST,
      room_name: { kind: 'roomName' },
      room_id: { kind: 'order' },
      order_id: { kind: 'orderId' },
      order_vendor_id: { kind: 'orderShop' },
      product_id: { kind: 'product' },
      client_id: { kind: 'client' },
      vendor_user_id: { kind: 'person' },
      agent_id: { kind: 'agent', people: { agent: NOT_ALLOWED } },
      vendor_id: { kind: 'shop', people: { vendor: NOT_ALLOWED } },
      order_user_id: { kind: 'customer' },
      p2p_id: { kind: 'seller' },
    },
  },
  'GET /api/room/{id}': { plain: members(OWN, NO_ROOM), fields: { id: without('room', NO_ROOM) } },
  'PUT /api/room/raiseanissue/{id}': { plain: members(BARE, NO_ROOM, NOT_ALLOWED), fields: { id: without('room', NO_ROOM) } },
  'GET /api/chat/getRoomUser/{roomId}': { plain: members(OWN, NO_ROOM), fields: { roomId: without('room', NO_ROOM) } },
  'POST /api/chat/joinRoomByID': { plain: WROTE, speaks: true, texts: ['username', 'user_name'], fields: { ...IN_ROOM, user_id: { kind: 'person' } } },
  'POST /api/chat/sendMessageJoin': { plain: WROTE, speaks: true, texts: ['username', 'message'], fields: { ...IN_ROOM, user_id: { kind: 'person' }, sub_domain: HOST, client_message_id: { kind: 'message' } } },
  'GET /api/chat/{roomId}': {
    plain: members(OWN, NO_ROOM),
    fields: { roomId: without('room', NO_ROOM), before: without('message', INVALID) },
  },
  'POST /api/agent/saveAgentLocation': {
    plain: { ...whole(OWN, NOT_ALLOWED, NOT_ALLOWED), agent: OWN },
    texts: ['lat', 'lng', 'short_code'],
    fields: { agent_id: { kind: 'agent', people: NOT_ALLOWED }, order_id: { kind: 'orderId' } },
  },
  'GET /api/agent/getAgentLocation': {
    plain: members(OWN, NO_LOCATION),
    fields: { agent_id: without('agent', NO_LOCATION), order_id: without('orderId', NO_LOCATION) },
  },
  'POST /api/room/fetchRoomByUserAgent': {
    plain: { ...whole(OWN, NOT_ALLOWED), agent: OWN },
    body: LIST,
    fields: { ...LIST_FIELDS, agent_db: NAME, agent_id: listOf('agent'), order_user_id: { kind: 'customer' }, client_id: { kind: 'client' } },
  },
  'POST /api/room/fetchRoomByUserId': { plain: { ...whole(OWN, NOT_ALLOWED), user: OWN }, body: LIST, fields: { ...LIST_FIELDS, order_user_id: listOf('customer') } },
  'POST /api/room/fetchRoomByVendor': {
    plain: { ...whole(OWN, NOT_ALLOWED), vendor: OWN },
    body: LIST,
    fields: { ...LIST_FIELDS, vendor_id: listOf('shop'), client_id: without('client', BARE) },
  },
  'POST /api/room/fetchRoomByUserIdUserToUser': {
    plain: { ...whole(OWN, NOT_ALLOWED), user: OWN },
    body: { type: 'user_to_user' },
    fields: { ...LIST_FIELDS, p2p_id: { kind: 'seller', people: NOT_ALLOWED }, order_user_id: { kind: 'customer', people: NOT_ALLOWED } },
  },
  'POST /api/room/fetchAllRoom': { plain: whole(OWN, NOT_ALLOWED), body: LIST, fields: { ...LIST_FIELDS, client_id: without('client', BARE) } },
  'POST /api/room/fetchRoomByClient': { plain: whole(OWN, NOT_ALLOWED), body: LIST, fields: { ...LIST_FIELDS, client_id: without('client', BARE) } },
  'GET /api/room': { plain: members(OWN, BARE), fields: { ...PAGE, room_id: without('order', BARE) } },
};

/** What the operator's token shows on the admin routes, in this order, at a deployment for the purpose; nothing else is let in there. */
export const ADMIN_RULES: Readonly<Record<string, AdminRule>> = {
  'PUT /admin/tenants/{key}': { seen: '200', fields: ['key'], body: { status: 'active' } },
  'GET /admin/tenants': { seen: '200', fields: [] },
  'GET /admin/tenants/{key}': { seen: '200', fields: ['key'] },
  'POST /admin/tenants/{key}/keys': { seen: '200', fields: ['key'], body: { role: 'reader' } },
  'GET /admin/tenants/{key}/keys': { seen: '200', fields: ['key'] },
  // The id is one of another deployment's keys.
  'DELETE /admin/tenants/{key}/keys/{id}': { seen: '404 KEY_UNKNOWN', fields: ['key', 'id'] },
  'GET /admin/audit': { seen: '200', fields: ['tenant', 'before'] },
  'DELETE /admin/tenants/{key}': { seen: '200', fields: ['key'] },
};

/** Routes that nobody needs a credential for, and what everybody sees there. */
export const PUBLIC_RULES: Readonly<Record<string, { readonly seen: Seen }>> = {
  'GET /metrics': { seen: '401 UNAUTHORIZED' },
  'GET /health/live': { seen: '200' },
  'GET /health/ready': { seen: '200' },
};
