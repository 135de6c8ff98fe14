import { Injectable } from '@nestjs/common';

import { ControlDatabase } from '../mongo/index.js';
import { RoomService } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';
import type { FetchRoomBetweenUsersDto } from './dto/fetch-room-between-users.dto.js';
import type { FetchRoomByUserAgentDto } from './dto/fetch-room-by-user-agent.dto.js';
import type { FetchRoomByUserIdDto } from './dto/fetch-room-by-user-id.dto.js';
import type { FetchRoomByVendorDto } from './dto/fetch-room-by-vendor.dto.js';
import type { ListPageDto } from './dto/list-page.dto.js';
import type { ClientListDto } from './dto/panel-list.dto.js';
import type { RoomsOfOrderDto } from './dto/rooms-of-order.dto.js';
import { ListPage } from './list-page.js';
import { RoomCards } from './room-cards.js';
import { RoomList, type ListOf } from './room-list.js';
import { ofAgent, ofOrder, ofPanel, ofPeer, ofUser, ofVendors, type WantedRooms } from './wanted-rooms.js';

/** Somebody's rooms, newest first. Each list throws ValidationFailedError, CursorInvalidError, DatabaseUnavailableError. */
@Injectable()
export class InboxService {
  constructor(
    private readonly rooms: RoomService,
    private readonly cards: RoomCards,
    private readonly control: ControlDatabase,
  ) {}

  /** The rooms of an agent of one type. */
  async ofAgent(tenant: Tenant, dto: FetchRoomByUserAgentDto): Promise<RoomList> {
    return this.list({ tenant, name: 'ofAgent', view: 'whole' }, ofAgent(tenant, dto), dto);
  }

  /** The rooms of a customer of one type. */
  async ofUser(tenant: Tenant, dto: FetchRoomByUserIdDto): Promise<RoomList> {
    return this.list({ tenant, name: 'ofUser', view: 'whole' }, ofUser(tenant, dto), dto);
  }

  /** The rooms of shops of one type. */
  async ofVendors(tenant: Tenant, dto: FetchRoomByVendorDto): Promise<RoomList> {
    return this.list({ tenant, name: 'ofVendors', view: 'whole' }, ofVendors(tenant, dto), dto);
  }

  /** The rooms of a seller, a buyer, or both. */
  async ofPeer(tenant: Tenant, dto: FetchRoomBetweenUsersDto): Promise<RoomList> {
    return this.list({ tenant, name: 'ofPeer', view: 'whole' }, ofPeer(tenant, dto), dto);
  }

  /** All rooms of one type. */
  async ofPanel(tenant: Tenant, dto: ClientListDto): Promise<RoomList> {
    return this.list({ tenant, name: 'ofPanel', view: 'whole' }, ofPanel(tenant, dto), dto);
  }

  /** All rooms of one type, without participants and newest message. */
  async ofPanelAlone(tenant: Tenant, dto: ClientListDto): Promise<RoomList> {
    return this.list({ tenant, name: 'ofPanelAlone', view: 'alone' }, ofPanel(tenant, dto), dto);
  }

  /** The rooms of an order, by the number that people see. */
  async ofOrder(tenant: Tenant, dto: RoomsOfOrderDto): Promise<RoomList> {
    return this.list({ tenant, name: 'ofOrder', view: 'whole' }, ofOrder(dto), dto);
  }

  private async list(of: Pick<ListOf, 'tenant' | 'view'> & { readonly name: string }, wanted: WantedRooms, dto: ListPageDto): Promise<RoomList> {
    // Two lists can want the same rooms, and each has cursors of its own.
    const query = JSON.stringify([of.tenant.database, of.name, wanted, dto.updated_since]);
    const page = ListPage.of(dto, { query, secret: await this.control.secret('cursor') });
    const found = wanted.length === 0 ? [] : await this.rooms.findKeys(of.tenant, wanted, page.window);
    return new RoomList({ ...of, query: query + JSON.stringify([dto.limit, dto.cursor]) }, page.cut(found), page.endOf(found), this.cards);
  }
}
