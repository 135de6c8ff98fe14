import type { components } from './generated/http.js';
import type { Ask } from './http.js';
import { toRoomList, type PageRequest, type RoomList } from './room-list.js';
import type { Joining, NewRoom, Participant, Room, RoomCard } from './wire.js';

type Wanted<Dto extends keyof components['schemas']> = Omit<components['schemas'][Dto], keyof PageRequest>;

/** Whose rooms a list is of. */
export type AgentRooms = Wanted<'FetchRoomByUserAgentDto'>;
export type UserRooms = Wanted<'FetchRoomByUserIdDto'>;
export type VendorRooms = Wanted<'FetchRoomByVendorDto'>;
export type PeerRooms = Wanted<'FetchRoomBetweenUsersDto'>;
export type PanelRooms = Wanted<'ClientListDto'>;

export interface CreatedRoom {
  readonly room: Room;
  /** Whether this call made it; else it is the one that had its `room_name` already. */
  readonly isNew: boolean;
}

export interface JoinedRoom {
  readonly room: Room;
  readonly participant: Participant;
  /** Whether they were not in the room before. */
  readonly isNew: boolean;
}

/** Rooms, and who is in them. */
export interface RoomCalls {
  /** Makes a room, or answers the one of its `room_name`: one room however many equal calls at once. */
  create(room: NewRoom): Promise<CreatedRoom>;
  get(id: string): Promise<Room>;
  /** Raises an issue in a room, or takes it back. */
  raiseIssue(id: string, isRaised?: boolean): Promise<void>;
  /** Everybody in a room, in order of joining. */
  participants(roomId: string): Promise<Participant[]>;
  /** Joins a room without a message. */
  join(joining: Joining): Promise<JoinedRoom>;
  ofAgent(wanted: AgentRooms): RoomList<RoomCard>;
  ofUser(wanted: UserRooms): RoomList<RoomCard>;
  ofVendors(wanted: VendorRooms): RoomList<RoomCard>;
  /** Chats between users: of a seller, a buyer, or both. */
  ofPeer(wanted: PeerRooms): RoomList<RoomCard>;
  /** All rooms of a type, as the order panel lists them. */
  ofPanel(wanted: PanelRooms): RoomList<RoomCard>;
  /** The same without participants and messages. */
  ofPanelAlone(wanted: PanelRooms): RoomList<Room>;
  /** By the order number that people see. */
  ofOrder(orderNumber: string): RoomList<RoomCard>;
}

export function roomCalls(ask: Ask): RoomCalls {
  return { ...singleCalls(ask), ...listCalls(ask) };
}

function singleCalls(ask: Ask): Pick<RoomCalls, 'create' | 'get' | 'raiseIssue' | 'participants' | 'join'> {
  return {
    async create(body) {
      const { roomData, status } = await ask((api, init) => api.POST('/api/room/createRoom', { ...init, body }));
      return { room: roomData, isNew: !status };
    },
    get: (id) => ask((api, init) => api.GET('/api/room/{id}', { ...init, params: { path: { id } } })),
    async raiseIssue(id, isRaised = true) {
      await ask((api, init) => api.PUT('/api/room/raiseanissue/{id}', { ...init, params: { path: { id } }, body: { isRaiseIssue: isRaised } }));
    },
    async participants(roomId) {
      const { userData } = await ask((api, init) => api.GET('/api/chat/getRoomUser/{roomId}', { ...init, params: { path: { roomId } } }));
      return Array.isArray(userData) ? (userData as Participant[]) : [];
    },
    async join(body) {
      const { roomData, RoomUser, status } = await ask((api, init) => api.POST('/api/chat/joinRoomByID', { ...init, body }));
      return { room: roomData, participant: RoomUser, isNew: !status };
    },
  };
}

function listCalls(ask: Ask): Omit<RoomCalls, keyof ReturnType<typeof singleCalls>> {
  return {
    ofAgent: (wanted) => toRoomList((page) => ask((api, init) => api.POST('/api/room/fetchRoomByUserAgent', { ...init, body: { ...wanted, ...page } }))),
    ofUser: (wanted) => toRoomList((page) => ask((api, init) => api.POST('/api/room/fetchRoomByUserId', { ...init, body: { ...wanted, ...page } }))),
    ofVendors: (wanted) => toRoomList((page) => ask((api, init) => api.POST('/api/room/fetchRoomByVendor', { ...init, body: { ...wanted, ...page } }))),
    ofPeer: (wanted) => toRoomList((page) => ask((api, init) => api.POST('/api/room/fetchRoomByUserIdUserToUser', { ...init, body: { ...wanted, ...page } }))),
    ofPanel: (wanted) => toRoomList((page) => ask((api, init) => api.POST('/api/room/fetchAllRoom', { ...init, body: { ...wanted, ...page } }))),
    ofPanelAlone: (wanted) => toRoomList((page) => ask((api, init) => api.POST('/api/room/fetchRoomByClient', { ...init, body: { ...wanted, ...page } }))),
    ofOrder: (orderNumber) => toRoomList((page) => ask((api, init) => api.GET('/api/room', { ...init, params: { query: { room_id: orderNumber, ...page } } }))),
  };
}
