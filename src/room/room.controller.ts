import { Body, Controller, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiTags } from '@nestjs/swagger';

import { ApiWireCall, ApiWireErrors, CurrentCaller, NotAllowedError, viewOf, type Caller } from '../auth/index.js';
import { ValidationFailedError } from '../common/index.js';
import { CurrentTenant, type Tenant } from '../tenancy/index.js';
import { CreateRoomDto } from './dto/create-room.dto.js';
import { RaiseIssueDto } from './dto/raise-issue.dto.js';
import { RoomIdDto, toCheckedId } from './dto/room-id.dto.js';
import { CreatedRoomDto, DoneDto, RoomDto, toCreatedRoom } from './dto/room.dto.js';
import { CREATED_EXAMPLES, NEW_ROOM_EXAMPLES, ROOM_EXAMPLE } from './room-call.example.js';
import { RoomNotFoundError } from './room.errors.js';
import { RoomService } from './room.service.js';
import { toWireRoom, type WireRoom } from './room.js';

const BODIES = ['application/json', 'application/x-www-form-urlencoded'];
const ID_FAULT = new ValidationFailedError('id must be an id of 24 hexadecimal digits.');

@ApiTags('rooms')
@Controller('api/room')
export class RoomController {
  constructor(private readonly rooms: RoomService) {}

  /** Makes a room, or answers the one that has its `room_name` already; one room however many equal calls at once. */
  @Post('createRoom')
  @HttpCode(200)
  @ApiWireCall()
  @ApiConsumes(...BODIES)
  @ApiBody({ type: CreateRoomDto, examples: NEW_ROOM_EXAMPLES })
  @ApiOkResponse({ type: CreatedRoomDto, description: 'The room.', examples: CREATED_EXAMPLES })
  @ApiWireErrors([new ValidationFailedError('room_name is required.'), new NotAllowedError()])
  async createRoom(@CurrentTenant() tenant: Tenant, @CurrentCaller() caller: Caller, @Body() dto: CreateRoomDto): Promise<CreatedRoomDto> {
    return toCreatedRoom(viewOf(tenant, caller), await this.rooms.create(tenant, caller, dto));
  }

  /** A room, without participants and messages. */
  @Get(':id')
  @ApiWireCall()
  @ApiOkResponse({ type: RoomDto, description: 'The room.', example: ROOM_EXAMPLE })
  @ApiWireErrors([ID_FAULT, new RoomNotFoundError()])
  async getRoom(@CurrentTenant() tenant: Tenant, @CurrentCaller() caller: Caller, @Param() { id }: RoomIdDto): Promise<WireRoom> {
    return viewOf(tenant, caller).show(toWireRoom(await this.rooms.getById(tenant, caller, toCheckedId(id))));
  }

  /** Raises an issue in a room, or takes it back. */
  @Put('raiseanissue/:id')
  @ApiWireCall()
  @ApiConsumes(...BODIES)
  @ApiBody({ type: RaiseIssueDto })
  @ApiOkResponse({ type: DoneDto, description: 'It is stored.' })
  @ApiWireErrors([ID_FAULT, new NotAllowedError(), new RoomNotFoundError()])
  async raiseIssue(@CurrentTenant() tenant: Tenant, @CurrentCaller() caller: Caller, @Param() { id }: RoomIdDto, @Body() dto: RaiseIssueDto): Promise<DoneDto> {
    await this.rooms.setIssue(tenant, caller, toCheckedId(id), dto.isRaiseIssue);
    return { status: true };
  }
}
