import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOkResponse, ApiSecurity } from '@nestjs/swagger';

import { ApiErrors } from '../common/index.js';
import { PAGE_ANSWER, PAGE_REQUEST } from '../room/index.js';
import { FetchRoomByUserAgentDto } from './dto/fetch-room-by-user-agent.dto.js';
import { RoomListDto } from './dto/room-list.dto.js';

const LIST_ERRORS = {
  400: ['VALIDATION_FAILED', 'CURSOR_INVALID', 'TENANT_REQUIRED'],
  403: ['CREDENTIAL_REFUSED', 'TENANT_MISMATCH', 'TENANT_SUSPENDED'],
  404: ['TENANT_UNKNOWN'],
  413: ['BODY_TOO_LARGE'],
  415: ['CONTENT_TYPE_UNSUPPORTED'],
  500: ['INTERNAL_ERROR'],
  503: ['DATABASE_UNAVAILABLE'],
};

const EXAMPLES = {
  'a driver of salesdemo': { value: PAGE_REQUEST.body },
  'a driver of ace, by number': { value: { agent_db: 'ace', agent_id: 141, type: 'agent_to_user' } },
  'a page of twenty': { value: { agent_db: 'ace', agent_id: 141, type: 'agent_to_user', limit: 20 } },
};

/** Documents a list of rooms: the headers that callers send, body, answer and errors. */
export function ApiRoomList(): MethodDecorator {
  return applyDecorators(
    ApiSecurity('Authorization'),
    ApiHeader({ name: 'client', required: false, description: "The deployment's database name, from the driver app; a weak hint.", schema: { type: 'string', maxLength: 200 } }),
    ApiHeader({ name: 'language', required: false, description: 'Accepted, without effect.', schema: { type: 'string', example: '1' } }),
    ApiHeader({ name: 'currency', required: false, description: 'Accepted, without effect.', schema: { type: 'string', example: 'USD' } }),
    ApiBody({ type: FetchRoomByUserAgentDto, examples: EXAMPLES }),
    ApiOkResponse({ type: RoomListDto, description: 'The rooms; `[]` when there are none.', example: PAGE_ANSWER }),
    ApiErrors(LIST_ERRORS, { roomData: [] }),
  );
}
