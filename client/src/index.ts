import { connect, type AnteroomEvents, type ConnectOptions } from './events.js';
import { openHttp } from './http.js';
import { locationCalls, type LocationCalls } from './locations.js';
import { messageCalls, type MessageCalls } from './messages.js';
import type { AnteroomOptions } from './options.js';
import { roomCalls, type RoomCalls } from './rooms.js';

export { AnteroomError, type AnteroomErrorCode, type ErrorDetails, type TransportErrorCode } from './errors.js';
export type { AnteroomEvents, AnteroomSocket, ConnectOptions, Stop } from './events.js';
export type * from './generated/events.js';
export type { ListStart } from './list-follower.js';
export type { components, ErrorCode, paths } from './generated/http.js';
export type { LocationCalls } from './locations.js';
export type { HistoryRequest, MessageCalls } from './messages.js';
export type { AnteroomOptions } from './options.js';
export type { PageRequest, RoomList, RoomPage } from './room-list.js';
export type { RoomStart } from './room-follower.js';
export type { AgentRooms, CreatedRoom, JoinedRoom, PanelRooms, PeerRooms, RoomCalls, UserRooms, VendorRooms } from './rooms.js';
export type { Joining, Location, Message, NewLocation, NewMessage, NewRoom, Participant, Preview, Room, RoomCard, SentMessage } from './wire.js';

/** A deployment of Anteroom: its calls, and a socket of its events. Every call that fails throws an AnteroomError; what a `token` function throws is passed on. */
export class AnteroomClient {
  readonly rooms: RoomCalls;
  readonly messages: MessageCalls;
  readonly locations: LocationCalls;

  constructor(private readonly options: AnteroomOptions) {
    const ask = openHttp(options);
    this.rooms = roomCalls(ask);
    this.messages = messageCalls(ask);
    this.locations = locationCalls(ask);
  }

  /** Opens a socket; listeners that are added at once miss nothing. */
  connect(options?: ConnectOptions): AnteroomEvents {
    return connect(this.options, this.messages, options);
  }
}
