import { SetMetadata, type Type } from '@nestjs/common';

const STRICT = Symbol('refuses unknown fields');

/** On a DTO class: a field that it does not have is refused, where others drop it. */
export function RefuseUnknownFields(): ClassDecorator {
  return SetMetadata(STRICT, true);
}

/** Whether the DTO class bears {@link RefuseUnknownFields}. */
export function refusesUnknownFields(dto: Type | undefined): boolean {
  return dto !== undefined && Reflect.getMetadata(STRICT, dto) === true;
}
