/** The replaced service's way: one aggregation that joins everybody and the whole history of each room, of which the newest message is kept. */
import { Room } from './old-models.mjs';
import { serveList } from './old-service.mjs';

const JOINED = [
  { $lookup: { from: 'roomusers', localField: '_id', foreignField: 'room_id', as: 'user_Data' } },
  { $lookup: { from: 'chats', localField: '_id', foreignField: 'room', as: 'chat_Data' } },
  // Both are found by an index, in whose order they come: by _id and by date.
  { $set: { chat_Data: { $slice: ['$chat_Data', -1] } } },
];

serveList((match) => Room.aggregate([{ $match: match }, { $sort: { updated_date: -1, _id: -1 } }, ...JOINED]));
