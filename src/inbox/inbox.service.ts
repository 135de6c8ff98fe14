import { Injectable } from '@nestjs/common';

import { viewOf, type Caller } from '../auth/index.js';
import { Clusters, ControlDatabase, DatabaseUnavailableError } from '../mongo/index.js';
import { RoomKeys, RoomService } from '../room/index.js';
import { EffectiveLimits, type Tenant } from '../tenancy/index.js';
import type { FetchRoomBetweenUsersDto } from './dto/fetch-room-between-users.dto.js';
import type { FetchRoomByUserAgentDto } from './dto/fetch-room-by-user-agent.dto.js';
import type { FetchRoomByUserIdDto } from './dto/fetch-room-by-user-id.dto.js';
import type { FetchRoomByVendorDto } from './dto/fetch-room-by-vendor.dto.js';
import type { ListPageDto } from './dto/list-page.dto.js';
import type { ClientListDto } from './dto/panel-list.dto.js';
import type { RoomsOfOrderDto } from './dto/rooms-of-order.dto.js';
import { ListPage } from './list-page.js';
import type { Shape } from './room-card.js';
import type { RoomList } from './room-list.js';
import { RoomLists } from './room-lists.js';
import { checkMayList, ofAgent, ofOrder, ofPanel, ofPeer, ofUser, ofVendors, type WantedRooms } from './wanted-rooms.js';

interface Asked {
  readonly tenant: Tenant;
  readonly caller: Caller;
  readonly name: string;
  readonly shape: Shape;
}

/** Somebody's rooms, newest first. Each list throws ValidationFailedError, CursorInvalidError, NotAllowedError, DatabaseUnavailableError. */
@Injectable()
export class InboxService {
  constructor(
    private readonly rooms: RoomService,
    private readonly lists: RoomLists,
    private readonly control: ControlDatabase,
    private readonly limits: EffectiveLimits,
    private readonly clusters: Clusters,
  ) {}

  /** The rooms of an agent of one type. */
  async ofAgent(tenant: Tenant, caller: Caller, dto: FetchRoomByUserAgentDto): Promise<RoomList> {
    return this.list({ tenant, caller, name: 'ofAgent', shape: 'whole' }, ofAgent(tenant, dto), dto);
  }

  /** The rooms of a customer of one type. */
  async ofUser(tenant: Tenant, caller: Caller, dto: FetchRoomByUserIdDto): Promise<RoomList> {
    return this.list({ tenant, caller, name: 'ofUser', shape: 'whole' }, ofUser(tenant, dto), dto);
  }

  /** The rooms of shops of one type. */
  async ofVendors(tenant: Tenant, caller: Caller, dto: FetchRoomByVendorDto): Promise<RoomList> {
    return this.list({ tenant, caller, name: 'ofVendors', shape: 'whole' }, ofVendors(tenant, dto), dto);
  }

  /** The rooms of a seller, a buyer, or both. */
  async ofPeer(tenant: Tenant, caller: Caller, dto: FetchRoomBetweenUsersDto): Promise<RoomList> {
    return this.list({ tenant, caller, name: 'ofPeer', shape: 'whole' }, ofPeer(tenant, dto), dto);
  }

  /** All rooms of one type. */
  async ofPanel(tenant: Tenant, caller: Caller, dto: ClientListDto): Promise<RoomList> {
    return this.list({ tenant, caller, name: 'ofPanel', shape: 'whole' }, ofPanel(tenant, dto), dto);
  }

  /** All rooms of one type, without participants and newest message. */
  async ofPanelAlone(tenant: Tenant, caller: Caller, dto: ClientListDto): Promise<RoomList> {
    return this.list({ tenant, caller, name: 'ofPanelAlone', shape: 'alone' }, ofPanel(tenant, dto), dto);
  }

  /** The rooms of an order, by the number that people see. */
  async ofOrder(tenant: Tenant, caller: Caller, dto: RoomsOfOrderDto): Promise<RoomList> {
    return this.list({ tenant, caller, name: 'ofOrder', shape: 'whole' }, ofOrder(caller, dto), dto);
  }

  private async list({ tenant, caller, name, shape }: Asked, wanted: WantedRooms, dto: ListPageDto): Promise<RoomList> {
    checkMayList(caller, wanted);
    // Two lists can want the same rooms, and each has cursors of its own.
    const query = JSON.stringify([tenant.database, name, wanted, dto.updated_since]);
    const page = await ListPage.of(dto, this.limits.of(tenant).rooms_a_list, { query, secret: await this.control.secret('cursor') }, () => this.findSettledDate(tenant));
    const found = wanted.length === 0 ? RoomKeys.none : await this.rooms.findKeys(tenant, wanted, page.window);
    const of = { tenant, look: { shape, view: viewOf(tenant, caller) }, query: query + JSON.stringify([dto.limit, dto.cursor]) };
    return this.lists.of(of, page.cut(found), page.endOf(found));
  }

  private findSettledDate(tenant: Tenant): Promise<Date> {
    const cluster = this.clusters.find(tenant.cluster);
    if (cluster === null) throw new DatabaseUnavailableError();
    return cluster.findSettledDate();
  }
}
