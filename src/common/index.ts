export { AppError } from './app-error.js';
export { isAddressIn, isCidr } from './address-list.js';
export { ApiErrors } from './api-errors.decorator.js';
export { AppErrorFilter } from './app-error.filter.js';
export { bodySize, noteBodySize } from './body-size.js';
export { isBearer, sentCredential } from './bearer.js';
export { blankToUndefined, isBlank, isEmptyLike, MATCH_TEXT_LIMIT, toText } from './coercion.js';
export { Counter } from './counter.js';
export { RefuseUnknownFields } from './refuse-unknown-fields.decorator.js';
export {
  BodyTooLargeError,
  ContentTypeUnsupportedError,
  InternalError,
  OverloadedError,
  RouteNotFoundError,
  TooManyRequestsError,
  ValidationFailedError,
} from './request.errors.js';
export { Lending } from './lending.js';
export { toMinute, toMoment } from './moment.js';
export { toErrorBody } from './error-body.js';
export { Flood } from './flood.js';
export { hashOf } from './hash-of.js';
export { toAppError } from './to-app-error.js';
export { pick } from './pick.js';
export { isPlainText, NOT_PLAIN, PLAIN_TEXT, toPlainText } from './plain-text.js';
export { PromiseCache } from './promise-cache.js';
export { readableBody } from './readable-body.js';
export { OptionalText, Text } from './text.decorator.js';
export { Flag } from './flag.decorator.js';
export { IdText } from './id.decorator.js';
export { Integer } from './integer.decorator.js';
export { QueryOrBody } from './query-or-body.decorator.js';
export { ErrorDto } from './dto/error.dto.js';
export { DtoPipe } from './validation.pipe.js';
export { checkUtf8, wellFormedUrl } from './well-formed.js';
