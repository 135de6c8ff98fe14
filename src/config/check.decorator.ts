import { ValidateBy } from 'class-validator';

/** A text that `isRight` accepts; `message` says what it should be. */
export function Check(isRight: (text: string) => boolean, message: string): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && isRight(value);
  return ValidateBy({ name: 'check', validator: { validate, defaultMessage: () => message } });
}
