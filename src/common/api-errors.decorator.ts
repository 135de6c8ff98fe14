import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath, type ApiResponseNoStatusOptions } from '@nestjs/swagger';

import type { AppError } from './app-error.js';
import { ErrorDto } from './dto/error.dto.js';
import { toErrorBody } from './error-body.js';

type HeaderObject = NonNullable<ApiResponseNoStatusOptions['headers']>[string];

const whole = (description: string): HeaderObject => ({ description, schema: { type: 'integer' } });

const RATE_LIMIT = {
  'RateLimit-Limit': whole('How many a second there may be. This and the other two only where that was exceeded.'),
  'RateLimit-Remaining': whole('How many are left of them.'),
  'RateLimit-Reset': whole('Seconds until there are as many again.'),
};

const RETRY_AFTER = { 'Retry-After': whole('Seconds to wait before trying again.') };

/** Documents the errors that a route answers, one of each, in the shape `dto`, with the route's empty data key. */
export function ApiErrors(errors: readonly AppError[], dto: Type = ErrorDto, emptyData: object = {}): MethodDecorator {
  const statuses = [...new Set(errors.map(({ status }) => status))].sort();
  const responses = statuses.map((status) => {
    const these = errors.filter((error) => error.status === status);
    return ApiResponse({
      status,
      description: these.map(({ code }) => `\`${code}\``).join(', '),
      content: { 'application/json': { schema: { $ref: getSchemaPath(dto) }, examples: toExamples(these, emptyData) } },
      ...(these.some(({ retryAfterSeconds }) => retryAfterSeconds !== undefined) ? { headers: { ...RETRY_AFTER, ...(status === 429 ? RATE_LIMIT : {}) } } : {}),
    });
  });
  return applyDecorators(ApiExtraModels(dto), ...responses);
}

function toExamples(errors: readonly AppError[], emptyData: object): Record<string, { value: object }> {
  return Object.fromEntries(errors.map((error) => [error.code, { value: toErrorBody(error, emptyData) }]));
}
