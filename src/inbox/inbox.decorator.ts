import { applyDecorators, type Type } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOkResponse, ApiResponse } from '@nestjs/swagger';

import { ApiWireCall, ApiWireErrors, NotAllowedError } from '../auth/index.js';
import { ValidationFailedError } from '../common/index.js';
import { CursorInvalidError } from './cursor.js';
import { RoomListDto, RoomListErrorDto } from './dto/room-list.dto.js';
import type { ListExamples } from './inbox.example.js';

const ETag = { description: 'Changes whenever the answer does, but for `as_of`.', schema: { type: 'string' } } as const;
const LIST_ERRORS = [new ValidationFailedError('type is required.'), new CursorInvalidError(), new NotAllowedError()];

/** Documents a list of rooms: the headers that callers send, answer and errors; `examples` of a body where it has one. */
export function ApiRoomList(examples?: ListExamples, dto: Type = RoomListDto): MethodDecorator {
  const answer = examples?.answer === undefined ? {} : { example: examples.answer };
  return applyDecorators(
    ApiWireCall(),
    ...(examples === undefined ? [] : [ApiConsumes('application/json', 'application/x-www-form-urlencoded'), documentBody(examples)]),
    ApiHeader({ name: 'If-None-Match', required: false, description: 'The `ETag` of an answer that the caller still has.', schema: { type: 'string' } }),
    ApiOkResponse({ type: dto, description: 'The rooms; `[]` when there are none.', headers: { ETag }, ...answer }),
    ApiResponse({ status: 304, description: 'The answer is the one of `If-None-Match`.' }),
    ApiWireErrors(LIST_ERRORS, RoomListErrorDto, { roomData: [] }),
  );
}

// The body is the method's third parameter, after tenant and caller.
function documentBody({ requests }: ListExamples): MethodDecorator {
  return (target, method, descriptor) => {
    const parameters = Reflect.getMetadata('design:paramtypes', target, method) as Type[];
    ApiBody({ type: parameters[2] as Type, examples: { ...requests } })(target, method, descriptor);
  };
}
