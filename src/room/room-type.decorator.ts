import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';

import { Text } from '../common/index.js';
import { toRoomType } from './room-type.js';

/** A required room type, as callers write it; the DTO holds its canonical name. */
export function RoomType(options: { readonly example?: string } = {}): PropertyDecorator {
  return applyDecorators(
    Text(options),
    Transform(({ value }) => (typeof value === 'string' ? toRoomType(value) : (value as unknown))),
  );
}
