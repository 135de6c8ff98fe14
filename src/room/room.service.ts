import { Injectable } from '@nestjs/common';
import { newId, type Id } from '../mongo/index.js';

import type { Caller } from '../auth/index.js';
import type { Tenant } from '../tenancy/index.js';
import { RoomNotFoundError } from './room.errors.js';
import { belongingsOf, checkMayMake, checkMayWrite, isOf, type Membered } from './room-membership.js';
import type { RoomKey, RoomMatch, RoomWindow } from './room-query.js';
import { RoomRepository } from './room.repository.js';
import type { Room, RoomFields } from './room.js';

/** Making and finding rooms. */
@Injectable()
export class RoomService {
  constructor(private readonly rooms: RoomRepository) {}

  /**
   * Makes the room, or answers the one that has its `room_name` already, unchanged; one room however many equal calls.
   * @throws NotAllowedError where the room is not the caller's
   */
  async create(tenant: Tenant, caller: Caller, fields: RoomFields): Promise<{ room: Room; isNew: boolean }> {
    checkMayMake(caller, fields);
    const stored = await this.rooms.insertOrFind(tenant, toNewRoom(caller, fields));
    checkMayMake(caller, stored.room);
    return stored;
  }

  /** @throws RoomNotFoundError where there is none or it is not the caller's */
  async getById(tenant: Tenant, caller: Caller, id: Id): Promise<Room> {
    const room = await this.rooms.findById(tenant, id);
    if (room === null || !isOf(caller, room)) throw new RoomNotFoundError();
    return room;
  }

  /** Lets a caller see what is in a room; asks nothing where all rooms are theirs. @throws RoomNotFoundError */
  async checkIsOf(tenant: Tenant, caller: Caller, id: Id): Promise<void> {
    if (belongingsOf(caller) !== null) await this.getById(tenant, caller, id);
  }

  /** The rooms of these ids that there are, by id, without participants and newest message. */
  async findAlone(tenant: Tenant, ids: readonly Id[]): Promise<ReadonlyMap<string, Room>> {
    const rooms = await this.rooms.findAlone(tenant, ids);
    return new Map(rooms.map((room) => [room._id.toHexString(), room]));
  }

  /** Whose rooms an agent has on an order: up to a hundred rooms that the agent has to do with, not ones that a customer or shop only says so of. */
  findOfAgent(tenant: Tenant, agentId: string, orderId: string): Promise<Membered[]> {
    return this.rooms.findOfAgent(tenant, agentId, orderId);
  }

  /** Raises an issue in the room, or takes it back. @throws NotAllowedError, RoomNotFoundError */
  async setIssue(tenant: Tenant, caller: Caller, id: Id, isRaiseIssue: boolean): Promise<void> {
    checkMayWrite(caller);
    const isFound = await this.rooms.setIssue(tenant, id, { isRaiseIssue, revision: newId(), of: belongingsOf(caller) });
    if (!isFound) throw new RoomNotFoundError();
  }

  /** Keys of the rooms that match any of these, newest `updated_date` first. */
  findKeys(tenant: Tenant, matches: readonly RoomMatch[], window?: RoomWindow): Promise<RoomKey[]> {
    return this.rooms.findKeys(tenant, matches, window);
  }

  /** Reads the rooms of these ids that there are, as BSON and in no order. */
  read(tenant: Tenant, ids: readonly Id[], visit: (room: Buffer) => void): Promise<void> {
    return this.rooms.read(tenant, ids, visit);
  }
}

function toNewRoom({ role }: Caller, fields: RoomFields): Room {
  const now = new Date();
  return {
    _id: newId(),
    status: true,
    isRaiseIssue: false,
    ...fields,
    type: fields.type ?? 'general',
    created_date: now,
    updated_date: now,
    __v: 0,
    participants: [],
    last_message: null,
    made_by: role,
    seq: 0,
    revision: newId(),
  };
}
