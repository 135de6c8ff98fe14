import { applyDecorators } from '@nestjs/common';
import { Transform, type TransformFnParams } from 'class-transformer';
import { IsOptional, ValidateBy } from 'class-validator';

interface Range {
  readonly least?: number;
  readonly most?: number;
  readonly of?: string;
}

/** A text that `isRight` accepts; `message` says what it should be. */
export function Check(isRight: (text: string) => boolean, message: string): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && isRight(value);
  return ValidateBy({ name: 'check', validator: { validate, defaultMessage: () => message } });
}

/** A whole number from `least` to `most`, which may be left out; `name` is the variable's, and it counts what `of` says. */
export function Count(name: string, { least = 1, most = Number.MAX_SAFE_INTEGER, of }: Range = {}): PropertyDecorator {
  const kind = of === undefined ? 'whole number' : `whole number of ${of}`;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  const validate = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
  return applyDecorators(
    Transform(({ value }: TransformFnParams): unknown => (typeof value === 'string' && /^\d{1,15}$/.test(value.trim()) ? Number(value) : value)),
    IsOptional(),
    ValidateBy({ name: 'count', validator: { validate, defaultMessage: () => `${name} must be a ${kind} ${range}` } }),
  );
}
