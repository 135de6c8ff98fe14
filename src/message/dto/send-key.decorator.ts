import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf } from 'class-validator';
import type { Request } from 'express';

import { isEmptyLike, MATCH_TEXT_LIMIT, ValidationFailedError } from '../../common/index.js';

// What a header carries as it is sent. "undefined" would be one key for all that an app with a fault sends.
const CHARACTERS = /^[!-~]+$/;
const SCHEMA = { type: 'string', minLength: 1, maxLength: MATCH_TEXT_LIMIT, pattern: CHARACTERS.source };
const FAULT = `must be 1 to ${MATCH_TEXT_LIMIT} visible ASCII characters, without spaces, and not "null" or "undefined"`;

// A larger number arrives rounded: two keys would be one, and a message would be taken for another's repetition.
const NUMBER = { type: 'number', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };

function toKeyText(value: unknown): unknown {
  return typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : value;
}

function isSendKey(value: unknown): boolean {
  return typeof value === 'string' && !isEmptyLike(value) && value.length <= MATCH_TEXT_LIMIT && CHARACTERS.test(value);
}

/** The key of a send as a field: text, or a number that JSON carries exactly; null is none. */
export function SendKeyField(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ oneOf: [SCHEMA, NUMBER], example: 'a3bb189e-8bf9-3888-9912-ace4e6543002' }),
    ValidateIf((_, value) => value !== undefined && value !== null),
    Transform(({ value }) => toKeyText(value)),
    ValidateBy({ name: 'sendKey', validator: { validate: isSendKey, defaultMessage: (args) => `${args?.property ?? ''} ${FAULT}; a number no larger than ${Number.MAX_SAFE_INTEGER}` } }),
  );
}

/** Documents the header of {@link IdempotencyKey}. */
export function ApiIdempotencyKey(): MethodDecorator {
  return ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same as `client_message_id`; where both are sent, they are equal.', schema: SCHEMA });
}

/** The key of a send as the header `Idempotency-Key`; undefined: none. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const header = context.switchToHttp().getRequest<Request>().header('idempotency-key');
  if (header !== undefined && !isSendKey(header)) throw new ValidationFailedError(`Idempotency-Key ${FAULT}.`);
  return header;
});
