import { applyDecorators } from '@nestjs/common';
import { Matches, MaxLength } from 'class-validator';

const MOST_CHARACTERS = 200;

/** The name of a field of somebody else's document, or the way to an inner one: `data.user.id`. */
export function PathText(): PropertyDecorator {
  return applyDecorators(
    Matches(/^[^\s\p{Cc}\p{Cf}]+$/u, { message: ({ property }) => `${property} must be the name of a field or a way to one, such as data.user.id` }),
    MaxLength(MOST_CHARACTERS),
  );
}
