import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationArguments } from 'class-validator';

/** A whole number, numeric text accepted; the DTO holds a number. */
export function Integer({ example }: { readonly example?: number } = {}): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ oneOf: [{ type: 'integer' }, { type: 'string', pattern: '^-?\\d{1,15}$' }], ...(example === undefined ? {} : { example }) }),
    Transform(({ value }) => (typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : (value as unknown))),
    ValidateBy({
      name: 'integer',
      validator: {
        validate: (value) => Number.isSafeInteger(value),
        defaultMessage: (args?: ValidationArguments) => `${args?.property ?? ''} ${args?.value === undefined ? 'is required' : 'must be a whole number'}`,
      },
    }),
  );
}
