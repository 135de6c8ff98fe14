import { Injectable } from '@nestjs/common';

import { isBlank, isEmptyLike, ValidationFailedError } from '../common/index.js';
import { ControlDatabase } from '../mongo/index.js';
import { RoomService, type RoomMatch } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';
import type { FetchRoomByUserAgentDto } from './dto/fetch-room-by-user-agent.dto.js';
import type { ListPageDto } from './dto/list-page.dto.js';
import { toRoomList, type RoomListDto } from './dto/room-list.dto.js';
import { ListPage } from './list-page.js';

type WantedRooms = Readonly<Record<keyof RoomMatch, string | null>>;

/** Somebody's rooms with participants and newest message, newest first. */
@Injectable()
export class InboxService {
  constructor(
    private readonly rooms: RoomService,
    private readonly control: ControlDatabase,
  ) {}

  /**
   * The rooms of an agent of one type.
   * @throws ValidationFailedError, CursorInvalidError, DatabaseUnavailableError
   */
  async ofAgent(tenant: Tenant, dto: FetchRoomByUserAgentDto): Promise<RoomListDto> {
    const agentDb = isBlank(dto.agent_db) ? onlyName(tenant) : dto.agent_db;
    return this.list(tenant, { agent_db: agentDb, agent_id: dto.agent_id, type: dto.type }, dto);
  }

  private async list(tenant: Tenant, wanted: WantedRooms, dto: ListPageDto): Promise<RoomListDto> {
    const signing = { query: JSON.stringify([tenant.database, wanted, dto.updated_since]), secret: await this.control.secret('cursor') };
    const page = ListPage.of(dto, signing);
    const found = isMatch(wanted) ? await this.rooms.findNewestFirst(tenant, wanted, page.window) : [];
    return toRoomList(page.cut(found), page.endOf(found));
  }
}

// What old apps send in place of a value matches nothing: they show an error for anything but an empty list.
function isMatch(wanted: WantedRooms): wanted is RoomMatch {
  return !Object.values(wanted).some(isEmptyLike);
}

function onlyName(tenant: Tenant): string {
  const [name, ...others] = tenant.names;
  if (name === undefined || others.length > 0) {
    throw new ValidationFailedError(`agent_db is required: this deployment has ${name === undefined ? 'no name' : 'several names'}.`);
  }
  return name;
}
