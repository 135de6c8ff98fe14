import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Matches, type ValidationArguments } from 'class-validator';

/** The `_id` of a document, as text of 24 hexadecimal digits. */
export function IdText({ example }: { readonly example?: string } = {}): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: String, pattern: '^[0-9a-fA-F]{24}$', ...(example === undefined ? {} : { example }) }),
    Matches(/^[0-9a-f]{24}$/i, { message: ({ property }: ValidationArguments) => `${property} must be an id of 24 hexadecimal digits` }),
  );
}
