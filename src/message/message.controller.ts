import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';

import { ApiWireCall, ApiWireErrors, CurrentCaller, NotAllowedError, OwnTurn, TenantWork, turnOf, viewOf, type Caller } from '../auth/index.js';
import { ValidationFailedError } from '../common/index.js';
import { ChatRoomDto, RoomFullError, RoomNotFoundError, toCheckedId } from '../room/index.js';
import { CurrentTenant, type Tenant } from '../tenancy/index.js';
import { HistoryDto } from './dto/history.dto.js';
import { MessageDto, SendErrorDto, SentMessageDto, toSentMessage } from './dto/message.dto.js';
import { ApiIdempotencyKey, IdempotencyKey } from './dto/send-key.decorator.js';
import { SendMessageDto, toNewMessage } from './dto/send-message.dto.js';
import { HistoryService, type HistoryPart } from './history.service.js';
import { IdempotencyConflictError, RoomBusyError } from './message.errors.js';
import { HISTORY_ANSWER, SEND_ANSWER, SEND_REQUESTS } from './message.example.js';
import { MessageService } from './message.service.js';
import { toWireMessages, type WireMessage } from './message.js';
import { toJsonStream } from './json-stream.js';

const ROOM_FAULT = new ValidationFailedError('roomId must be an id of 24 hexadecimal digits.');
const SEND_FAULTS = [new ValidationFailedError('user_type is required.'), new NotAllowedError(), new RoomNotFoundError(), new RoomFullError(), new IdempotencyConflictError(), new RoomBusyError()];
const REPLAYED = { 'Idempotent-Replayed': { description: '`true` where the same send had stored the message before; `roomData` may be as it is today then.', schema: { type: 'string', enum: ['true'] } } };

@ApiTags('messages')
@Controller('api/chat')
export class MessageController {
  constructor(
    private readonly messages: MessageService,
    private readonly history: HistoryService,
    private readonly works: TenantWork,
  ) {}

  /** Stores a message; its sender joins the room if not known yet. With a key it can be repeated until it is answered, and is stored once. */
  @Post('sendMessageJoin')
  @HttpCode(200)
  @OwnTurn()
  @ApiWireCall()
  @ApiIdempotencyKey()
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiBody({ type: SendMessageDto, examples: SEND_REQUESTS })
  @ApiOkResponse({ type: SentMessageDto, description: 'It is stored.', headers: REPLAYED, example: SEND_ANSWER })
  @ApiWireErrors(SEND_FAULTS, SendErrorDto, { chatData: {} })
  async sendMessageJoin(
    @CurrentTenant() tenant: Tenant,
    @CurrentCaller() caller: Caller,
    @Body() dto: SendMessageDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SentMessageDto> {
    const sent = await this.messages.store(tenant, caller, toCheckedId(dto.room_id), toNewMessage(dto, key), turnOf(response));
    if (sent.isRepeated) response.setHeader('Idempotent-Replayed', 'true');
    return toSentMessage(viewOf(tenant, caller), sent);
  }

  /** A room's messages, oldest first; `[]` when there are none. */
  @Get(':roomId')
  @ApiWireCall()
  @ApiOkResponse({ type: [MessageDto], description: 'The messages.', example: HISTORY_ANSWER })
  @ApiWireErrors([ROOM_FAULT, new RoomNotFoundError()])
  async findMessages(
    @CurrentTenant() tenant: Tenant,
    @CurrentCaller() caller: Caller,
    @Param() { roomId }: ChatRoomDto,
    @Query() dto: HistoryDto,
    @Req() request: Request,
  ): Promise<WireMessage[] | StreamableFile> {
    const first = await this.history.find(tenant, caller, toCheckedId(roomId), dto);
    const view = viewOf(tenant, caller);
    if (first.next === null) return toWireMessages(view, first.messages);
    // Each further part stands in line as a call does: whoever reads slowly has no place in it meanwhile.
    const inTurn = (next: () => Promise<HistoryPart>): Promise<HistoryPart> => this.works.run({ tenant, caller, request }, next);
    return toJsonStream(eachPart(first, inTurn), ({ messages }) => toWireMessages(view, messages));
  }
}

async function* eachPart(first: HistoryPart, read: (next: () => Promise<HistoryPart>) => Promise<HistoryPart>): AsyncGenerator<HistoryPart> {
  let part = first;
  yield part;
  while (part.next !== null) {
    part = await read(part.next);
    yield part;
  }
}
