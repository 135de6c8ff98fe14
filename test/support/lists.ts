import type { Room } from '../../src/room/index.js';
import { aStoredRoom } from './build.js';

/** The six lists of rooms, each with what it is asked by in the deployment that is called `name`. */
export const LISTS = {
  fetchRoomByUserAgent: (name: string) => ({ agent_db: name, agent_id: '141', type: 'agent_to_user' }),
  fetchRoomByUserId: (name: string) => ({ db_name: name, order_user_id: '1', type: 'agent_to_user' }),
  fetchRoomByVendor: (name: string) => ({ db_name: name, vendor_id: ['7'], type: 'agent_to_user', client_id: '1' }),
  fetchRoomByUserIdUserToUser: (name: string) => ({ db_name: name, p2p_id: '15', order_user_id: '1', type: 'agent_to_user' }),
  fetchAllRoom: (name: string) => ({ db_name: name, type: 'agent_to_user', client_id: '1' }),
  fetchRoomByClient: (name: string) => ({ db_name: name, type: 'agent_to_user', client_id: '1' }),
} as const;

export type ListName = keyof typeof LISTS;

export const LIST_NAMES = Object.keys(LISTS) as ListName[];

export const listRoute = (list: ListName): string => `/api/room/${list}`;

/** The field of a list that says the deployment's name. */
export const nameFieldOf = (list: ListName): 'agent_db' | 'db_name' => (list === 'fetchRoomByUserAgent' ? 'agent_db' : 'db_name');

/** A stored room that each of {@link LISTS} finds under `name`. */
export function aListedRoom(name: string, fields: Partial<Room> = {}): Room {
  return aStoredRoom(name, { db_name: name, order_user_id: '1', p2p_id: '15', vendor_id: '7', client_id: '1', room_id: '52788594', ...fields });
}
