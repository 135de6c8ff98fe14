import { applyDecorators } from '@nestjs/common';
import { Transform, type TransformFnParams } from 'class-transformer';
import { IsOptional, ValidateBy } from 'class-validator';

/** A text that `isRight` accepts; `message` says what it should be. */
export function Check(isRight: (text: string) => boolean, message: string): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && isRight(value);
  return ValidateBy({ name: 'check', validator: { validate, defaultMessage: () => message } });
}

/** A whole number from 1 to `most`, which may be left out; `name` is the variable's. */
export function Count(name: string, most = Number.MAX_SAFE_INTEGER): PropertyDecorator {
  const range = most === Number.MAX_SAFE_INTEGER ? 'from 1' : `from 1 to ${most}`;
  const validate = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= most;
  return applyDecorators(
    Transform(({ value }: TransformFnParams): unknown => (typeof value === 'string' && /^\d{1,15}$/.test(value.trim()) ? Number(value) : value)),
    IsOptional(),
    ValidateBy({ name: 'count', validator: { validate, defaultMessage: () => `${name} must be a whole number ${range}` } }),
  );
}
