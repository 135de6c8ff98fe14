export { AppError } from './app-error.js';
export { ApiErrors } from './api-errors.decorator.js';
export { AppErrorFilter } from './app-error.filter.js';
export { isBlank, isEmptyLike, MATCH_TEXT_LIMIT, toText } from './coercion.js';
export { RefuseUnknownFields } from './refuse-unknown-fields.decorator.js';
export {
  ContentTypeUnsupportedError,
  OverloadedError,
  RouteNotFoundError,
  ValidationFailedError,
} from './request.errors.js';
export { readableBody } from './readable-body.js';
export { OptionalText, Text } from './text.decorator.js';
export { DtoPipe } from './validation.pipe.js';
