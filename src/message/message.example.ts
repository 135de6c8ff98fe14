import { PAGE_ANSWER } from '../room/index.js';

const [{ user_Data, chat_Data, ...room }] = PAGE_ANSWER.roomData as [(typeof PAGE_ANSWER.roomData)[0]];
const PICTURE = { is_media: true, mediaUrl: 'https://files.example/1/x.jpg', thumbnailUrl: 'https://files.example/1/x-small.jpg', mediaType: 'image/jpeg' };
const TO_ROOM = { room_id: room._id };

/** Requests of sendMessageJoin. */
export const SEND_REQUESTS = {
  'an agent': {
    value: {
      ...TO_ROOM,
      message: 'I am at the door.',
      user_type: 'agent',
      to_message: 'to_user',
      from_message: 'from_agent',
      user_id: 141,
      email: '',
      username: user_Data[0]?.username,
      phone_num: '+0000000000',
      display_image: 'https://files.example/goutav.jpg',
      chat_type: 'agent_to_user',
    },
  },
  'an admin of a panel': {
    value: {
      ...TO_ROOM,
      message: 'May I help?',
      user_type: 'admin',
      to_message: 'to_user_agent',
      from_message: 'from_admin',
      user_id: '1',
      email: 'admin@example.com',
      username: 'John Doe',
      phone_num: '+null 0000000000',
      display_image: null,
      sub_domain: 'panel.example.com',
      chat_type: 'agent_to_user',
    },
  },
  'a picture without a text': { value: { ...TO_ROOM, user_type: 'user', to_message: 'to_agent', from_message: 'from_user', user_id: 1, chat_type: 'agent_to_user', ...PICTURE } },
  'the least': { value: { ...TO_ROOM, user_type: 'user', user_id: 1, message: 'Hello' } },
};

const message = { ...chat_Data[0], is_media: false, mediaUrl: null, thumbnailUrl: null, mediaType: null, seq: 7 };

/** An answer of it. */
export const SEND_ANSWER = { chatData: message, roomData: { ...room, isRaiseIssue: false }, new: true, status: true, statusCode: 200, message: 'sent!' };

/** A history. */
export const HISTORY_ANSWER = [message];
