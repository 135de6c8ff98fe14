import type { Broadcast } from './wire-case.js';

export type Document = Readonly<Record<string, unknown>>;

const SHARED = ['room_name', 'vendor_id', 'vendor_user_id', 'order_user_id', 'order_vendor_id'];

const shared = (room: Document): Document => Object.fromEntries(SHARED.filter((field) => field in room).map((field) => [field, room[field]]));

/** A room called `name` in the recording, as it was made; it has these fields and no others. */
export const aRoom = (name: string, fields: Document): Document => ({
  _id: `<id ${name}>`,
  status: true,
  isRaiseIssue: false,
  ...fields,
  created_date: `<date ${name} made>`,
  updated_date: `<date ${name} 0>`,
  __v: 0,
});

/** The room after it has moved that many times: each has an `updated_date` of its own. */
export const after = (moves: number, room: Document): Document => ({ ...room, updated_date: String(room.updated_date).replace(/ \d+>$/, ` ${moves}>`) });

/** A participant called `name` in the recording. */
export const aParticipant = (name: string, room: Document, fields: Document): Document => ({
  _id: `<id ${name}>`,
  status: true,
  room_id: room._id,
  ...fields,
  ...shared(room),
  created_date: `<date ${name} joined>`,
  updated_date: `<date ${name} joined>`,
  __v: 0,
});

/** A message called `name` in the recording. */
export const aMessage = (name: string, room: Document, fields: Document): Document => ({
  _id: `<id ${name}>`,
  room: room._id,
  is_media: false,
  mediaUrl: null,
  thumbnailUrl: null,
  mediaType: null,
  ...fields,
  ...shared(room),
  created_date: `<date ${name} sent>`,
  __v: 0,
});

/** The answer of a send: the message, and the room before it. */
export const sent = (chatData: Document, roomData: Document): Document => ({ chatData, roomData, new: true, status: true, statusCode: 200, message: 'sent!' });

/** What sockets hear of a message: it, with the room as it is then. */
export const heard = (chatData: Document, room: Document): Broadcast[] => {
  const payload = { message: sent(chatData, room) };
  return [
    { event: 'new-message', payload },
    { event: 'new-app-message', payload },
  ];
};

/** What sockets hear of the first message of a room. */
export const heardFirst = (chatData: Document, room: Document): Broadcast[] => [
  { event: 'room-created', payload: { roomData: [{ ...room, chat_Data: [chatData] }], status: true, statusCode: 200, message: 'sent!' } },
  ...heard(chatData, room),
];

/** A room in a list: everybody in it, and its newest message, there without `seq`. */
export const aCard = (room: Document, participants: readonly Document[], message: Document | null): Document => {
  const { seq, ...preview } = message ?? {};
  return { ...room, user_Data: participants, chat_Data: seq === undefined ? [] : [preview] };
};

/** A list's answer. */
export const aList = (roomData: readonly Document[]): Document => ({ roomData, status: true, statusCode: 200 });

/** The answer of a createRoom. */
export const created = (roomData: Document): Document => ({ roomData, status: false, statusCode: 200, message: 'created sucessfully!' });

/** The answer of a createRoom of a name that is known. */
export const existing = (roomData: Document): Document => ({ roomData, status: true, statusCode: 200, message: 'already exist!' });
