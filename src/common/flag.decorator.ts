import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, ValidateIf, type ValidationArguments } from 'class-validator';

const FLAGS: Readonly<Record<string, boolean>> = { 0: false, 1: true, false: false, true: true };

/** A yes or no as old callers send it: 0, 1, true or false, also as text; the DTO holds a boolean. */
export function Flag({ required = true } = {}): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ oneOf: [{ type: 'boolean' }, { type: 'integer', enum: [0, 1] }, { type: 'string', enum: ['0', '1', 'true', 'false'] }], required, example: 1 }),
    Transform(({ value }) => toFlag(value)),
    ValidateIf((_, value) => required || value !== undefined),
    IsBoolean({ message: ({ property }: ValidationArguments) => `${property} must be 0, 1, true or false` }),
  );
}

function toFlag(value: unknown): unknown {
  return typeof value === 'string' || typeof value === 'number' ? (FLAGS[value] ?? value) : value;
}
