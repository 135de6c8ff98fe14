import type { Kind } from './deployments.js';
import type { Role } from './credentials.js';
import type { SocketEvent } from './documents.js';

/** What holds for an event. */
export interface EventRule {
  readonly way: SocketEvent['way'];
  /** Fields of what clients emit that name somebody or something, and what. */
  readonly fields: Readonly<Record<string, Kind | 'name'>>;
  /** Who hears of the shared room, or (where clients emit it) whose words are stored when it is of themselves. */
  readonly roles: readonly Role[];
}

const OF_THE_ROOM: readonly Role[] = ['service', 'reader', 'admin', 'agent', 'user', 'vendor', 'anonymous'];
const heard: EventRule = { way: 'pushed', fields: {}, roles: OF_THE_ROOM };

const MESSAGE_FIELDS: EventRule['fields'] = {
  'chatData._id': 'message',
  'chatData.room': 'room',
  'chatData.room_name': 'roomName',
  'chatData.auth_user_id': 'person',
  'chatData.to_id': 'person',
  'chatData.from_id': 'person',
  'chatData.from_user_id': 'person',
  'chatData.vendor_id': 'shop',
  'chatData.vendor_user_id': 'person',
  'chatData.order_user_id': 'customer',
  'chatData.order_vendor_id': 'orderShop',
  'roomData._id': 'room',
  'roomData.room_id': 'order',
  'roomData.room_name': 'roomName',
  'roomData.order_vendor_id': 'orderShop',
  'roomData.order_id': 'orderId',
  'roomData.agent_db': 'name',
  'roomData.vendor_id': 'shop',
  'roomData.vendor_user_id': 'person',
  'roomData.order_user_id': 'customer',
  'roomData.agent_id': 'agent',
  'roomData.db_name': 'name',
  'roomData.client_id': 'client',
  room: 'room',
};

export const EVENT_RULES: Readonly<Record<string, EventRule>> = {
  'new-message': heard,
  'new-app-message': heard,
  'room-created': heard,
  'agent-location-{agent_id}': heard,
  // Nothing of anybody is in it.
  'catch-up': { way: 'pushed', fields: {}, roles: [] },
  connect_error: { way: 'pushed', fields: {}, roles: [] },
  'save-message': { way: 'taken', fields: MESSAGE_FIELDS, roles: [] },
  joinRoom: { way: 'taken', fields: { roomId: 'room' }, roles: [] },
  'save-user-location': { way: 'taken', fields: { agent_id: 'agent', order_id: 'orderId' }, roles: ['service', 'admin', 'agent', 'anonymous'] },
};
