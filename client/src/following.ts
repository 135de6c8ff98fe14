import type { AnteroomEvents, AnteroomSocket, Stop } from './events.js';
import type { NewMessageEvent } from './generated/events.js';
import { ListFollower } from './list-follower.js';
import type { MessageCalls } from './messages.js';
import { RoomFollower } from './room-follower.js';

// All sockets of a service may be told to catch up at once.
const SPREAD_MS = 2_000;

/** Following rooms and lists over a socket: live as long as it is connected, and by calls what it misses. */
export function following(socket: AnteroomSocket, messages: MessageCalls): Pick<AnteroomEvents, 'followRoom' | 'followList' | 'onCatchUp'> {
  return {
    onCatchUp: (listener) => onCatchUp(socket, listener),
    followRoom(roomId, from, listener) {
      const follower = new RoomFollower(roomId, messages, from, listener);
      return follow(socket, follower, ({ message: { chatData } }) => follower.hear(chatData));
    },
    followList(list, from, listener) {
      const follower = new ListFollower(list, from, listener);
      return follow(socket, follower, () => follower.catchUp());
    },
  };
}

interface Follower {
  catchUp(): void;
  end(): void;
}

function follow(socket: AnteroomSocket, follower: Follower, hear: (event: NewMessageEvent) => void): Stop {
  socket.on('new-message', hear);
  const stop = onCatchUp(socket, () => follower.catchUp());
  // What is heard from now on and what is asked for now leave nothing out between them.
  if (socket.connected) follower.catchUp();
  return () => {
    socket.off('new-message', hear);
    stop();
    follower.end();
  };
}

function onCatchUp(socket: AnteroomSocket, listener: () => void): Stop {
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const hearSoon = (): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      listener();
    }, Math.random() * SPREAD_MS);
    timers.add(timer);
  };
  socket.on('connect', listener);
  socket.on('catch-up', hearSoon);
  return () => {
    socket.off('connect', listener);
    socket.off('catch-up', hearSoon);
    timers.forEach((timer) => clearTimeout(timer));
  };
}
