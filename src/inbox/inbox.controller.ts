import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { CurrentTenant, type Tenant } from '../tenancy/index.js';
import { FetchRoomBetweenUsersDto } from './dto/fetch-room-between-users.dto.js';
import { FetchRoomByUserAgentDto } from './dto/fetch-room-by-user-agent.dto.js';
import { FetchRoomByUserIdDto } from './dto/fetch-room-by-user-id.dto.js';
import { FetchRoomByVendorDto } from './dto/fetch-room-by-vendor.dto.js';
import { ClientListDto } from './dto/panel-list.dto.js';
import { RoomListDto, RoomOnlyListDto } from './dto/room-list.dto.js';
import { RoomsOfOrderDto } from './dto/rooms-of-order.dto.js';
import { AGENT_EXAMPLES, BETWEEN_USERS_EXAMPLES, PANEL_EXAMPLES, USER_EXAMPLES, VENDOR_EXAMPLES } from './inbox.example.js';
import { ApiRoomList } from './inbox.decorator.js';
import { InboxService } from './inbox.service.js';

@ApiTags('room lists')
@Controller('api/room')
export class InboxController {
  constructor(private readonly inbox: InboxService) {}

  /** An agent's rooms with participants and newest message, newest first. */
  @Post('fetchRoomByUserAgent')
  @HttpCode(200)
  @ApiRoomList(AGENT_EXAMPLES)
  fetchRoomByUserAgent(@CurrentTenant() tenant: Tenant, @Body() dto: FetchRoomByUserAgentDto): Promise<RoomListDto> {
    return this.inbox.ofAgent(tenant, dto);
  }

  /** A customer's rooms with participants and newest message, newest first. */
  @Post('fetchRoomByUserId')
  @HttpCode(200)
  @ApiRoomList(USER_EXAMPLES)
  fetchRoomByUserId(@CurrentTenant() tenant: Tenant, @Body() dto: FetchRoomByUserIdDto): Promise<RoomListDto> {
    return this.inbox.ofUser(tenant, dto);
  }

  /** The rooms of shops with participants and newest message, newest first. */
  @Post('fetchRoomByVendor')
  @HttpCode(200)
  @ApiRoomList(VENDOR_EXAMPLES)
  fetchRoomByVendor(@CurrentTenant() tenant: Tenant, @Body() dto: FetchRoomByVendorDto): Promise<RoomListDto> {
    return this.inbox.ofVendors(tenant, dto);
  }

  /** A seller's and a buyer's rooms with participants and newest message, newest first. */
  @Post('fetchRoomByUserIdUserToUser')
  @HttpCode(200)
  @ApiRoomList(BETWEEN_USERS_EXAMPLES)
  fetchRoomByUserIdUserToUser(@CurrentTenant() tenant: Tenant, @Body() dto: FetchRoomBetweenUsersDto): Promise<RoomListDto> {
    return this.inbox.ofPeer(tenant, dto);
  }

  /** All rooms of a type with participants and newest message, newest first. */
  @Post('fetchAllRoom')
  @HttpCode(200)
  @ApiRoomList(PANEL_EXAMPLES)
  fetchAllRoom(@CurrentTenant() tenant: Tenant, @Body() dto: ClientListDto): Promise<RoomListDto> {
    return this.inbox.ofPanel(tenant, dto);
  }

  /** All rooms of a type, without participants and messages, newest first. */
  @Post('fetchRoomByClient')
  @HttpCode(200)
  @ApiRoomList(PANEL_EXAMPLES, RoomOnlyListDto)
  fetchRoomByClient(@CurrentTenant() tenant: Tenant, @Body() dto: ClientListDto): Promise<RoomOnlyListDto> {
    return this.inbox.ofPanelAlone(tenant, dto);
  }

  /** The rooms of an order with participants and newest message, by the order number that people see. */
  @Get()
  @ApiRoomList()
  findByOrder(@CurrentTenant() tenant: Tenant, @Query() dto: RoomsOfOrderDto): Promise<RoomListDto> {
    return this.inbox.ofOrder(tenant, dto);
  }
}
