import { PAGE_ANSWER } from './room.example.js';

/** The first room of the API page, without who is in it and what was written. */
export const ROOM_EXAMPLE: object = Object.fromEntries(Object.entries(PAGE_ANSWER.roomData[0] ?? {}).filter(([field]) => !field.endsWith('_Data')));

const ORDER = { room_id: '52788594', order_id: '10', order_vendor_id: '9', vendor_id: '7', vendor_user_id: '141', order_user_id: '1', agent_id: '141' };

export const NEW_ROOM_EXAMPLES = {
  'a driver and a customer': {
    value: { room_name: 'OrderNo-52788594-orderId-10-oderVendor-7-agentId-141', type: 'agent_to_user', ...ORDER, agent_db: 'ace', db_name: 'ace', client_id: '1', sub_domain: '192.168.101.88' },
  },
  'a seller and a buyer': {
    value: { room_name: 'p2p-12-15-8', type: 'user_to_user', p2p_id: 15, order_user_id: 8, vendor_user_id: 8, product_id: 12, product_name: 'A bicycle', product_price: 12.5, db_name: 'ace', client_id: 1 },
  },
};

export const CREATED_EXAMPLES = {
  'a new room': { summary: 'a new room', value: { roomData: ROOM_EXAMPLE, status: false, statusCode: 200, message: 'created sucessfully!' } },
  'a known room_name': { summary: 'a known room_name', value: { roomData: ROOM_EXAMPLE, status: true, statusCode: 200, message: 'already exist!' } },
};
