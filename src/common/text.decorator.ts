import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf, type ValidationArguments } from 'class-validator';

import { MATCH_TEXT_LIMIT, toText } from './coercion.js';

function textFault(value: unknown, limit: number): string | null {
  if (value === undefined) return 'is required';
  if (value !== null && typeof value !== 'string') return 'must be a text or a number, not an object or a list';
  if (value !== null && value.length > limit) return `must not be longer than ${limit} characters`;
  return null;
}

/** A text field as old callers send it: text or number, null allowed, up to `limit` characters; absent is refused. */
export function Text({ limit = MATCH_TEXT_LIMIT } = {}): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }) => toText(value)),
    ValidateBy({
      name: 'text',
      validator: {
        validate: (value) => textFault(value, limit) === null,
        defaultMessage: (args?: ValidationArguments) => `${args?.property ?? ''} ${textFault(args?.value, limit) ?? ''}`,
      },
    }),
  );
}

/** The same, and it may be absent. */
export function OptionalText(options: { limit?: number } = {}): PropertyDecorator {
  return applyDecorators(
    ValidateIf((_, value) => value !== undefined),
    Text(options),
  );
}
