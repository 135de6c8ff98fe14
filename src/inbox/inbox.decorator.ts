import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOkResponse, ApiSecurity } from '@nestjs/swagger';

import { CredentialRefusedError } from '../auth/index.js';
import { ApiErrors, BodyTooLargeError, ContentTypeUnsupportedError, InternalError, ValidationFailedError } from '../common/index.js';
import { DatabaseUnavailableError } from '../mongo/index.js';
import { PAGE_ANSWER, PAGE_REQUEST } from '../room/index.js';
import { TenantMismatchError, TenantRequiredError, TenantSuspendedError, TenantUnknownError } from '../tenancy/index.js';
import { CursorInvalidError } from './cursor.js';
import { FetchRoomByUserAgentDto } from './dto/fetch-room-by-user-agent.dto.js';
import { RoomListDto, RoomListErrorDto } from './dto/room-list.dto.js';

const LIST_ERRORS = [
  new ValidationFailedError('agent_id is required.'),
  new CursorInvalidError(),
  new TenantRequiredError(),
  new CredentialRefusedError(),
  new TenantMismatchError(),
  new TenantSuspendedError(),
  new TenantUnknownError(),
  new BodyTooLargeError(),
  new ContentTypeUnsupportedError(),
  new InternalError(null),
  new DatabaseUnavailableError(),
];

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
    ApiConsumes('application/json', 'application/x-www-form-urlencoded'),
    ApiBody({ type: FetchRoomByUserAgentDto, examples: EXAMPLES }),
    ApiOkResponse({ type: RoomListDto, description: 'The rooms; `[]` when there are none.', example: PAGE_ANSWER }),
    ApiErrors(LIST_ERRORS, RoomListErrorDto, { roomData: [] }),
  );
}
