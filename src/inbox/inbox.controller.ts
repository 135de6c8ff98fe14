import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { CurrentTenant, type Tenant } from '../tenancy/index.js';
import { FetchRoomByUserAgentDto } from './dto/fetch-room-by-user-agent.dto.js';
import { RoomListDto } from './dto/room-list.dto.js';
import { ApiRoomList } from './inbox.decorator.js';
import { InboxService } from './inbox.service.js';

@ApiTags('room lists')
@Controller('api/room')
export class InboxController {
  constructor(private readonly inbox: InboxService) {}

  /** An agent's rooms with participants and newest message, newest first. */
  @Post('fetchRoomByUserAgent')
  @HttpCode(200)
  @ApiRoomList()
  fetchRoomByUserAgent(@CurrentTenant() tenant: Tenant, @Body() dto: FetchRoomByUserAgentDto): Promise<RoomListDto> {
    return this.inbox.ofAgent(tenant, dto);
  }
}
