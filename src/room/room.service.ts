import { Injectable } from '@nestjs/common';
import { newId, type Id } from '../mongo/index.js';

import type { Tenant } from '../tenancy/index.js';
import { RoomNotFoundError } from './room.errors.js';
import type { RoomKey, RoomMatch, RoomWindow } from './room-query.js';
import { RoomRepository } from './room.repository.js';
import type { Room, RoomFields } from './room.js';

/** Making and finding rooms. */
@Injectable()
export class RoomService {
  constructor(private readonly rooms: RoomRepository) {}

  /** Makes the room, or answers the one that has its `room_name` already, unchanged; one room however many equal calls. */
  create(tenant: Tenant, fields: RoomFields): Promise<{ room: Room; isNew: boolean }> {
    return this.rooms.insertOrFind(tenant, toNewRoom(fields));
  }

  /** @throws RoomNotFoundError */
  async getById(tenant: Tenant, id: Id): Promise<Room> {
    const room = await this.rooms.findById(tenant, id);
    if (room === null) throw new RoomNotFoundError();
    return room;
  }

  /** The rooms of these ids that there are, by id, without participants and newest message. */
  async findAlone(tenant: Tenant, ids: readonly Id[]): Promise<ReadonlyMap<string, Room>> {
    const rooms = await this.rooms.findAlone(tenant, ids);
    return new Map(rooms.map((room) => [room._id.toHexString(), room]));
  }

  /** Raises an issue in the room, or takes it back. @throws RoomNotFoundError */
  async setIssue(tenant: Tenant, id: Id, isRaiseIssue: boolean): Promise<void> {
    const isFound = await this.rooms.setIssue(tenant, id, { isRaiseIssue, revision: newId() });
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

function toNewRoom(fields: RoomFields): Room {
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
    seq: 0,
    revision: newId(),
  };
}
