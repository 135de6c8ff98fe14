/** The usual way: rooms, participants and newest messages by a query each, put together in memory. */
import { Chat, Room, RoomUser } from './old-models.mjs';
import { serveList } from './old-service.mjs';

serveList(async (match) => {
  const rooms = await Room.find(match).sort({ updated_date: -1, _id: -1 }).lean();
  const ids = rooms.map(({ _id }) => _id);
  const [users, newest] = await Promise.all([
    RoomUser.find({ room_id: { $in: ids } }).sort({ room_id: 1, _id: 1 }).lean(),
    Chat.aggregate([
      { $match: { room: { $in: ids } } },
      { $sort: { room: -1, created_date: -1 } },
      { $group: { _id: '$room', message: { $first: '$$ROOT' } } },
    ]),
  ]);
  const usersOf = groupByRoom(users);
  const messageOf = new Map(newest.map(({ _id, message }) => [String(_id), message]));
  return rooms.map((room) => ({ ...room, user_Data: usersOf.get(String(room._id)) ?? [], chat_Data: [messageOf.get(String(room._id))].filter(Boolean) }));
});

function groupByRoom(users) {
  const byRoom = new Map();
  for (const user of users) {
    const room = String(user.room_id);
    if (byRoom.has(room)) byRoom.get(room).push(user);
    else byRoom.set(room, [user]);
  }
  return byRoom;
}
