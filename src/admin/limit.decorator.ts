import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, ValidateBy, type ValidationArguments } from 'class-validator';

/** One of a tenant's limits: a whole number from 1; absent and null are as everywhere in a change. */
export function Limit(): PropertyDecorator {
  const validate = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;
  const defaultMessage = (args?: ValidationArguments): string => `limits.${args?.property ?? ''} must be a whole number from 1, or null`;
  return applyDecorators(ApiPropertyOptional({ type: 'integer', nullable: true, minimum: 1 }), IsOptional(), ValidateBy({ name: 'limit', validator: { validate, defaultMessage } }));
}
