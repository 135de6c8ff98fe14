import { Injectable } from '@nestjs/common';

import { ControlDatabase } from '../mongo/index.js';
import { RoomService, toWireRoom, type Room } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';
import type { FetchRoomBetweenUsersDto } from './dto/fetch-room-between-users.dto.js';
import type { FetchRoomByUserAgentDto } from './dto/fetch-room-by-user-agent.dto.js';
import type { FetchRoomByUserIdDto } from './dto/fetch-room-by-user-id.dto.js';
import type { FetchRoomByVendorDto } from './dto/fetch-room-by-vendor.dto.js';
import type { ListPageDto } from './dto/list-page.dto.js';
import type { ClientListDto } from './dto/panel-list.dto.js';
import type { RoomsOfOrderDto } from './dto/rooms-of-order.dto.js';
import { toRoomList, type ListAnswer, type RoomListDto, type RoomOnlyListDto } from './dto/room-list.dto.js';
import { ListPage } from './list-page.js';
import { toRoomCard } from './room-card.js';
import { ofAgent, ofOrder, ofPanel, ofPeer, ofUser, ofVendors, type WantedRooms } from './wanted-rooms.js';

/** Somebody's rooms, newest first. Each list throws ValidationFailedError, CursorInvalidError, DatabaseUnavailableError. */
@Injectable()
export class InboxService {
  constructor(
    private readonly rooms: RoomService,
    private readonly control: ControlDatabase,
  ) {}

  /** The rooms of an agent of one type. */
  async ofAgent(tenant: Tenant, dto: FetchRoomByUserAgentDto): Promise<RoomListDto> {
    return this.list(tenant, 'ofAgent', ofAgent(tenant, dto), dto, toRoomCard);
  }

  /** The rooms of a customer of one type. */
  async ofUser(tenant: Tenant, dto: FetchRoomByUserIdDto): Promise<RoomListDto> {
    return this.list(tenant, 'ofUser', ofUser(tenant, dto), dto, toRoomCard);
  }

  /** The rooms of shops of one type. */
  async ofVendors(tenant: Tenant, dto: FetchRoomByVendorDto): Promise<RoomListDto> {
    return this.list(tenant, 'ofVendors', ofVendors(tenant, dto), dto, toRoomCard);
  }

  /** The rooms of a seller, a buyer, or both. */
  async ofPeer(tenant: Tenant, dto: FetchRoomBetweenUsersDto): Promise<RoomListDto> {
    return this.list(tenant, 'ofPeer', ofPeer(tenant, dto), dto, toRoomCard);
  }

  /** All rooms of one type. */
  async ofPanel(tenant: Tenant, dto: ClientListDto): Promise<RoomListDto> {
    return this.list(tenant, 'ofPanel', ofPanel(tenant, dto), dto, toRoomCard);
  }

  /** All rooms of one type, without participants and newest message. */
  async ofPanelAlone(tenant: Tenant, dto: ClientListDto): Promise<RoomOnlyListDto> {
    return this.list(tenant, 'ofPanelAlone', ofPanel(tenant, dto), dto, toWireRoom);
  }

  /** The rooms of an order, by the number that people see. */
  async ofOrder(tenant: Tenant, dto: RoomsOfOrderDto): Promise<RoomListDto> {
    return this.list(tenant, 'ofOrder', ofOrder(dto), dto, toRoomCard);
  }

  private async list<T>(tenant: Tenant, name: string, wanted: WantedRooms, dto: ListPageDto, toItem: (room: Room) => T): Promise<ListAnswer<T>> {
    // Two lists can want the same rooms, and each has cursors of its own.
    const query = JSON.stringify([tenant.database, name, wanted, dto.updated_since]);
    const page = ListPage.of(dto, { query, secret: await this.control.secret('cursor') });
    const found = wanted.length === 0 ? [] : await this.rooms.findNewestFirst(tenant, wanted, page.window);
    return toRoomList(page.cut(found).map(toItem), page.endOf(found));
  }
}
