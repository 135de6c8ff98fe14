import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf, type ValidationArguments } from 'class-validator';

import { isEmptyLike, MATCH_TEXT_LIMIT, toText } from './coercion.js';
import { isPlainText, NOT_PLAIN, PLAIN_TEXT } from './plain-text.js';

function textFault(value: unknown, { limit = MATCH_TEXT_LIMIT, filled = false, free = false }: TextOptions): string | null {
  if (value === undefined) return 'is required';
  if (value !== null && typeof value !== 'string') return 'must be a text or a number, not an object or a list';
  if (filled && isEmptyLike(value)) return 'is required';
  return value === null ? null : contentFault(value, limit, free);
}

function contentFault(text: string, limit: number, free: boolean): string | null {
  if (text.length > limit) return `must not be longer than ${limit} characters`;
  return free || isPlainText(text) ? null : NOT_PLAIN;
}

interface TextOptions {
  readonly limit?: number;
  /** Refuses null, the empty text and what old callers write for them. */
  readonly filled?: boolean;
  /** Stored as it was sent, line breaks and all: for what people write. Other texts are matched or logged, and are {@link PLAIN_TEXT}. */
  readonly free?: boolean;
  readonly example?: string | number;
}

/** A text field as old callers send it: text or number, null allowed, up to `limit` characters; absent is refused. */
export function Text(options: TextOptions = {}): PropertyDecorator {
  return applyDecorators(ApiProperty(toApiProperty(options, true)), validText(options));
}

/** The same, and it may be absent. */
export function OptionalText(options: TextOptions = {}): PropertyDecorator {
  return applyDecorators(
    ApiProperty(toApiProperty(options, false)),
    ValidateIf((_, value) => value !== undefined),
    validText(options),
  );
}

function toApiProperty({ limit = MATCH_TEXT_LIMIT, free = false, example }: TextOptions, required: boolean): object {
  const text = { type: 'string', maxLength: limit, ...(free ? {} : { pattern: PLAIN_TEXT.source }) };
  return { oneOf: [text, { type: 'number' }], required, ...(example === undefined ? {} : { example }) };
}

function validText(options: TextOptions): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }) => toText(value)),
    ValidateBy({
      name: 'text',
      validator: {
        validate: (value) => textFault(value, options) === null,
        defaultMessage: (args?: ValidationArguments) => `${args?.property ?? ''} ${textFault(args?.value, options) ?? ''}`,
      },
    }),
  );
}
