import { Body, Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';

import { CurrentCaller, type Caller } from '../auth/index.js';
import { CurrentTenant, type Tenant } from '../tenancy/index.js';
import { FetchRoomBetweenUsersDto } from './dto/fetch-room-between-users.dto.js';
import { FetchRoomByUserAgentDto } from './dto/fetch-room-by-user-agent.dto.js';
import { FetchRoomByUserIdDto } from './dto/fetch-room-by-user-id.dto.js';
import { FetchRoomByVendorDto } from './dto/fetch-room-by-vendor.dto.js';
import { ClientListDto } from './dto/panel-list.dto.js';
import { RoomOnlyListDto } from './dto/room-list.dto.js';
import { RoomsOfOrderDto } from './dto/rooms-of-order.dto.js';
import { AGENT_EXAMPLES, BETWEEN_USERS_EXAMPLES, PANEL_EXAMPLES, USER_EXAMPLES, VENDOR_EXAMPLES } from './inbox.example.js';
import { ApiRoomList } from './inbox.decorator.js';
import { InboxService } from './inbox.service.js';
import { sendList } from './send-list.js';

@ApiTags('room lists')
@Controller('api/room')
export class InboxController {
  constructor(private readonly inbox: InboxService) {}

  /** An agent's rooms with participants and newest message, newest first. */
  @Post('fetchRoomByUserAgent')
  @HttpCode(200)
  @ApiRoomList(AGENT_EXAMPLES)
  async fetchRoomByUserAgent(@CurrentTenant() tenant: Tenant, @CurrentCaller() caller: Caller, @Body() dto: FetchRoomByUserAgentDto, @Res() response: Response): Promise<void> {
    await sendList(response, await this.inbox.ofAgent(tenant, caller, dto));
  }

  /** A customer's rooms with participants and newest message, newest first. */
  @Post('fetchRoomByUserId')
  @HttpCode(200)
  @ApiRoomList(USER_EXAMPLES)
  async fetchRoomByUserId(@CurrentTenant() tenant: Tenant, @CurrentCaller() caller: Caller, @Body() dto: FetchRoomByUserIdDto, @Res() response: Response): Promise<void> {
    await sendList(response, await this.inbox.ofUser(tenant, caller, dto));
  }

  /** The rooms of shops with participants and newest message, newest first. */
  @Post('fetchRoomByVendor')
  @HttpCode(200)
  @ApiRoomList(VENDOR_EXAMPLES)
  async fetchRoomByVendor(@CurrentTenant() tenant: Tenant, @CurrentCaller() caller: Caller, @Body() dto: FetchRoomByVendorDto, @Res() response: Response): Promise<void> {
    await sendList(response, await this.inbox.ofVendors(tenant, caller, dto));
  }

  /** A seller's and a buyer's rooms with participants and newest message, newest first. */
  @Post('fetchRoomByUserIdUserToUser')
  @HttpCode(200)
  @ApiRoomList(BETWEEN_USERS_EXAMPLES)
  async fetchRoomByUserIdUserToUser(@CurrentTenant() tenant: Tenant, @CurrentCaller() caller: Caller, @Body() dto: FetchRoomBetweenUsersDto, @Res() response: Response): Promise<void> {
    await sendList(response, await this.inbox.ofPeer(tenant, caller, dto));
  }

  /** All rooms of a type with participants and newest message, newest first. */
  @Post('fetchAllRoom')
  @HttpCode(200)
  @ApiRoomList(PANEL_EXAMPLES)
  async fetchAllRoom(@CurrentTenant() tenant: Tenant, @CurrentCaller() caller: Caller, @Body() dto: ClientListDto, @Res() response: Response): Promise<void> {
    await sendList(response, await this.inbox.ofPanel(tenant, caller, dto));
  }

  /** All rooms of a type, without participants and messages, newest first. */
  @Post('fetchRoomByClient')
  @HttpCode(200)
  @ApiRoomList(PANEL_EXAMPLES, RoomOnlyListDto)
  async fetchRoomByClient(@CurrentTenant() tenant: Tenant, @CurrentCaller() caller: Caller, @Body() dto: ClientListDto, @Res() response: Response): Promise<void> {
    await sendList(response, await this.inbox.ofPanelAlone(tenant, caller, dto));
  }

  /** The rooms of an order with participants and newest message, by the order number that people see. */
  @Get()
  @ApiRoomList()
  async findByOrder(@CurrentTenant() tenant: Tenant, @CurrentCaller() caller: Caller, @Query() dto: RoomsOfOrderDto, @Res() response: Response): Promise<void> {
    await sendList(response, await this.inbox.ofOrder(tenant, caller, dto));
  }
}
