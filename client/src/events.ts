import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';

import { toBaseUrl } from './base-url.js';
import { toRefusal, type AnteroomError } from './errors.js';
import type { ClientToServerEvents, NewMessageEvent, RoomCreatedEvent, RoomWithMessage, ServerToClientEvents } from './generated/events.js';
import type { AnteroomOptions } from './options.js';
import { following } from './following.js';
import type { ListStart } from './list-follower.js';
import type { MessageCalls } from './messages.js';
import type { RoomList } from './room-list.js';
import type { RoomStart } from './room-follower.js';
import type { Location, Message, Room, SentMessage } from './wire.js';

/** A socket of socket.io-client 4 that knows the service's events. */
export type AnteroomSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

/** Options of socket.io-client, such as `transports: ['websocket']`. */
export type ConnectOptions = Partial<Omit<ManagerOptions & SocketOptions, 'auth'>>;

/** Ends what it was answered for. */
export type Stop = () => void;

/** What happens in a deployment, as it happens. */
export interface AnteroomEvents {
  readonly socket: AnteroomSocket;
  /** Hears every message of the deployment once, one's own too; its room is as it is with the message. */
  onMessage(listener: (sent: SentMessage) => void): Stop;
  /** Hears of a room when it gets its first message. */
  onRoomCreated(listener: (room: RoomWithMessage) => void): Stop;
  onAgentLocation(agentId: string | number, listener: (location: Location) => void): Stop;
  /** Hears each message of a room after one that is known, once and in order: those that are said from now on, and those that the socket missed, which it asks for. */
  followRoom(roomId: string, from: RoomStart, listener: (message: Message) => void): Stop;
  /** Hears of the rooms of a list, those that moved together, and again of each that moves, in its newest state; what the socket missed it asks for. */
  followList<R extends Room>(list: RoomList<R>, from: ListStart, listener: (rooms: R[]) => void): Stop;
  /** Hears that events may have been missed: at each connection, and where the service says so. */
  onCatchUp(listener: () => void): Stop;
  /** Hears why the service lets the socket not in by its `/t/<key>` (a host of its own refuses nobody: such a socket hears nothing); it does not try again by itself then, as it does when it loses its connection. */
  onRefused(listener: (error: AnteroomError) => void): Stop;
  close(): void;
}

/** Connects to the deployment behind this base URL, whose messages are asked for where some were missed. */
export function connect({ baseUrl, token }: AnteroomOptions, messages: MessageCalls, options: ConnectOptions = {}): AnteroomEvents {
  const { url } = toBaseUrl(baseUrl);
  const socket: AnteroomSocket = io(url, { ...options, auth: (send) => void toHandshake(token).then(send) });
  return { socket, ...listening(socket), ...following(socket, messages), close: () => void socket.disconnect() };
}

function listening(socket: AnteroomSocket): Pick<AnteroomEvents, 'onMessage' | 'onRoomCreated' | 'onAgentLocation' | 'onRefused'> {
  return {
    onMessage(listener) {
      const hear = ({ message: { chatData, roomData } }: NewMessageEvent): void => listener({ message: chatData, room: roomData });
      socket.on('new-message', hear);
      return () => void socket.off('new-message', hear);
    },
    onRoomCreated(listener) {
      const hear = ({ roomData: [room] }: RoomCreatedEvent): void => listener(room);
      socket.on('room-created', hear);
      return () => void socket.off('room-created', hear);
    },
    onAgentLocation(agentId, listener) {
      const event = `agent-location-${String(agentId)}` as const;
      socket.on(event, listener);
      return () => void socket.off(event, listener);
    },
    onRefused(listener) {
      const hear = (error: Error): void => {
        const refusal = toRefusal(error);
        if (refusal !== null) listener(refusal);
      };
      socket.on('connect_error', hear);
      return () => void socket.off('connect_error', hear);
    },
  };
}

// Where a token cannot be had, the service's refusal tells; a handshake that is never sent would tell nothing.
async function toHandshake(token: AnteroomOptions['token']): Promise<{ token?: string }> {
  try {
    const credential = typeof token === 'function' ? await token() : token;
    return credential === undefined ? {} : { token: credential };
  } catch {
    return {};
  }
}
