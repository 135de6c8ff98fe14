import type { Joiner, MessageFields, RoomFields } from '../room/index.js';

/** A chat of the demo deployment `salesdemo`: a room and what was written in it. */
export interface DemoChat {
  readonly room: RoomFields;
  readonly messages: readonly (readonly [sender: Joiner, fields: MessageFields])[];
}

const DRIVER: Joiner = {
  user_type: 'agent',
  user_id: '133',
  email: 'driver133@example.com',
  username: 'Dana Driver',
  phone_num: '+10000000133',
  display_image: 'https://images.example.com/agents/133.jpg',
};

const ADMIN: Joiner = {
  user_type: 'admin',
  user_id: '1',
  email: 'admin@example.com',
  username: 'John Doe',
  phone_num: '+10000000001',
  display_image: 'https://images.example.com/default.png',
  sub_domain: 'panel.example.com',
};

/** Three orders of agent 133: one that was talked about by three people, one just begun, one still silent. */
export const SALESDEMO_CHATS: readonly DemoChat[] = [
  { room: orderRoom('70010001', '31', '12', '501'), messages: [] },
  {
    room: orderRoom('70010002', '32', '12', '502'),
    messages: [[DRIVER, fromAgent('I am on my way, ten minutes.')]],
  },
  {
    room: orderRoom('70010003', '33', '14', '503'),
    messages: [
      [customer('503', 'Casey Customer'), toAgent('Please ring twice, the bell is weak.')],
      [ADMIN, { message: 'The gate code is in the order notes.', to_message: 'to_user_agent', from_message: 'from_admin', chat_type: 'agent_to_user' }],
      [DRIVER, fromAgent('Thank you, I am at the door.')],
    ],
  },
];

function orderRoom(order: string, orderId: string, vendor: string, customerId: string): RoomFields {
  return {
    type: 'agent_to_user',
    room_id: order,
    room_name: `OrderNo-${order}-orderId-${orderId}-oderVendor-${vendor}-agentId-133`,
    order_vendor_id: `${vendor}0`,
    order_id: orderId,
    agent_db: 'salesdemo',
    vendor_id: vendor,
    sub_domain: '192.168.101.88',
    vendor_user_id: '133',
    order_user_id: customerId,
    agent_id: '133',
    db_name: 'salesdemo',
    client_id: '5',
  };
}

function customer(userId: string, username: string): Joiner {
  return { user_type: 'user', user_id: userId, email: `customer${userId}@example.com`, username, phone_num: null, display_image: null };
}

function fromAgent(message: string): MessageFields {
  return { message, to_message: 'to_user', from_message: 'from_agent', chat_type: 'agent_to_user' };
}

function toAgent(message: string): MessageFields {
  return { message, to_message: 'to_agent', from_message: 'from_user', chat_type: 'agent_to_user' };
}
