import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';

import type { AppError } from './app-error.js';
import { ErrorDto } from './dto/error.dto.js';
import { toErrorBody } from './error-body.js';

const RETRY_AFTER = { 'Retry-After': { description: 'Seconds to wait before trying again.', schema: { type: 'integer' as const } } };

/** Documents the errors that a route answers, one of each, in the shape `dto`, with the route's empty data key. */
export function ApiErrors(errors: readonly AppError[], dto: Type = ErrorDto, emptyData: object = {}): MethodDecorator {
  const statuses = [...new Set(errors.map(({ status }) => status))].sort();
  const responses = statuses.map((status) => {
    const these = errors.filter((error) => error.status === status);
    return ApiResponse({
      status,
      description: these.map(({ code }) => `\`${code}\``).join(', '),
      content: { 'application/json': { schema: { $ref: getSchemaPath(dto) }, examples: toExamples(these, emptyData) } },
      ...(these.some(({ retryAfterSeconds }) => retryAfterSeconds !== undefined) ? { headers: RETRY_AFTER } : {}),
    });
  });
  return applyDecorators(ApiExtraModels(dto), ...responses);
}

function toExamples(errors: readonly AppError[], emptyData: object): Record<string, { value: object }> {
  return Object.fromEntries(errors.map((error) => [error.code, { value: toErrorBody(error, emptyData) }]));
}
