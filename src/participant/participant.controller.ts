import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiTags } from '@nestjs/swagger';

import { ApiWireCall, ApiWireErrors, CurrentCaller, NotAllowedError, viewOf, type Caller } from '../auth/index.js';
import { ValidationFailedError } from '../common/index.js';
import { ChatRoomDto, RoomFullError, RoomNotFoundError, toCheckedId } from '../room/index.js';
import { CurrentTenant, type Tenant } from '../tenancy/index.js';
import { JoinRoomDto, toJoiner } from './dto/join-room.dto.js';
import { JoinedRoomDto, RoomUsersDto, RoomUsersErrorDto, toJoinedRoom, toRoomUsers } from './dto/participant.dto.js';
import { JOIN_ANSWERS, JOIN_REQUESTS, USERS_ANSWERS } from './participant.example.js';
import { ParticipantService } from './participant.service.js';

const ROOM_FAULT = new ValidationFailedError('roomId must be an id of 24 hexadecimal digits.');
const JOIN_FAULTS = [new ValidationFailedError('user_type is required.'), new NotAllowedError(), new RoomNotFoundError(), new RoomFullError()];

@ApiTags('participants')
@Controller('api/chat')
export class ParticipantController {
  constructor(private readonly participants: ParticipantService) {}

  /** Everybody in a room, in order of joining. */
  @Get('getRoomUser/:roomId')
  @ApiWireCall()
  @ApiOkResponse({ type: RoomUsersDto, description: 'Everybody, or nobody yet.', examples: USERS_ANSWERS })
  @ApiWireErrors([ROOM_FAULT, new RoomNotFoundError()], RoomUsersErrorDto, { userData: [] })
  async getRoomUser(@CurrentTenant() tenant: Tenant, @CurrentCaller() caller: Caller, @Param() { roomId }: ChatRoomDto): Promise<RoomUsersDto> {
    return toRoomUsers(viewOf(tenant, caller), await this.participants.findAll(tenant, caller, toCheckedId(roomId)));
  }

  /** Joins a room without a message; somebody who is in it stays as they are. */
  @Post('joinRoomByID')
  @HttpCode(200)
  @ApiWireCall()
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiBody({ type: JoinRoomDto, examples: JOIN_REQUESTS })
  @ApiOkResponse({ type: JoinedRoomDto, description: 'In the room.', examples: JOIN_ANSWERS })
  @ApiWireErrors(JOIN_FAULTS)
  async joinRoomById(@CurrentTenant() tenant: Tenant, @CurrentCaller() caller: Caller, @Body() dto: JoinRoomDto): Promise<JoinedRoomDto> {
    return toJoinedRoom(viewOf(tenant, caller), await this.participants.join(tenant, caller, toCheckedId(dto.room_id), toJoiner(dto)));
  }
}
