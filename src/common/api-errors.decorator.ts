import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';

import { ErrorDto } from './dto/error.dto.js';

const RETRY_AFTER = { 'Retry-After': { description: 'Seconds to wait before trying again.', schema: { type: 'integer' as const } } };

/** Documents which errors a route answers: by status, the codes that its body's `error` can be. */
export function ApiErrors(codes: Readonly<Record<number, readonly string[]>>, emptyData: object = {}): MethodDecorator {
  const responses = Object.entries(codes).map(([status, names]) =>
    ApiResponse({
      status: Number(status),
      description: names.map((name) => `\`${name}\``).join(', '),
      content: { 'application/json': { schema: { allOf: [{ $ref: getSchemaPath(ErrorDto) }] }, examples: examplesOf(Number(status), names, emptyData) } },
      ...(status === '503' || status === '429' ? { headers: RETRY_AFTER } : {}),
    }),
  );
  return applyDecorators(ApiExtraModels(ErrorDto), ...responses);
}

function examplesOf(statusCode: number, names: readonly string[], emptyData: object): Record<string, { value: object }> {
  const example = (error: string): object => ({ status: false, statusCode, error, message: 'What happened, in a sentence.', ...emptyData });
  return Object.fromEntries(names.map((name) => [name, { value: example(name) }]));
}
