import { PAGE_ANSWER } from '../room/index.js';

const [{ user_Data: everybody, chat_Data, ...room }] = PAGE_ANSWER.roomData as [(typeof PAGE_ANSWER.roomData)[0]];
const roomData = { ...room, updated_date: chat_Data[0]?.created_date };
const admin = everybody.at(-1);

/** Answers of getRoomUser. */
export const USERS_ANSWERS = {
  everybody: { summary: 'everybody', value: { userData: everybody, status: true, statusCode: 200, message: 'User Found!' } },
  nobody: { summary: 'nobody yet, in a new room', value: { userData: {}, status: false, statusCode: 200, message: 'No user found!' } },
};

const PANEL = { room_id: room._id, user_type: 'admin', type: 'agent_to_user', user_id: 1, email: 'admin@example.com', phone_num: '+null 0000000000' };

/** Requests of joinRoomByID. */
export const JOIN_REQUESTS = {
  'an older panel': { value: { ...PANEL, dipslay_image: 'https://files.example/john.jpg', user_name: 'John Doe' } },
  'with the other spellings': { value: { ...PANEL, display_image: 'https://files.example/john.jpg', username: 'John Doe' } },
};

/** Answers of it. */
export const JOIN_ANSWERS = {
  new: { summary: 'somebody new', value: { roomData, RoomUser: admin, status: false, statusCode: 200, message: 'joined sucessfully!' } },
  known: { summary: 'somebody who was in the room', value: { roomData, RoomUser: admin, status: true, statusCode: 200, message: 'already exist!' } },
};
