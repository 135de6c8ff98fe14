import { Inject, Injectable } from '@nestjs/common';

import type { Caller } from '../auth/index.js';
import { CONFIG, type Config } from '../config/index.js';
import { newId, type Id } from '../mongo/index.js';
import { RoomFullError, RoomRepository, RoomService, Writer, type Joiner, type Participant, type Room } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';
import { findSame } from './participant.js';

/** Who is in a room. */
@Injectable()
export class ParticipantService {
  constructor(
    private readonly rooms: RoomRepository,
    private readonly roomService: RoomService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Adds somebody to a room, once however many calls at a time; somebody known stays as they are.
   * @throws NotAllowedError (as somebody else), RoomNotFoundError, RoomFullError
   */
  async join(tenant: Tenant, caller: Caller, roomId: Id, said: Joiner): Promise<{ room: Room; participant: Participant; isNew: boolean }> {
    const writer = Writer.of(caller, said);
    const participantId = newId();
    const change = { joiner: writer.joiner, participantId, revision: newId() };
    const options = { onlyIfNew: true, participantLimit: this.config.limits.participants, of: writer.rooms };
    const changed = await this.rooms.change(tenant, roomId, change, options);
    const room = changed ?? (await this.roomService.getById(tenant, caller, roomId));
    writer.checkMayWriteIn(room);
    const participant = findSame(room.participants, writer.joiner);
    if (participant === undefined) throw new RoomFullError();
    return { room, participant, isNew: participant._id.equals(participantId) };
  }

  /** Everybody in the room, in order of joining. @throws RoomNotFoundError */
  async findAll(tenant: Tenant, caller: Caller, roomId: Id): Promise<Participant[]> {
    return (await this.roomService.getById(tenant, caller, roomId)).participants;
  }
}
