import type { Type } from '@nestjs/common';

import { ApiErrors, BodyTooLargeError, ContentTypeUnsupportedError, InternalError, OverloadedError, TooManyRequestsError, type AppError } from '../common/index.js';
import { DatabaseUnavailableError } from '../mongo/index.js';
import { TenantMismatchError, TenantRequiredError, TenantSuspendedError, TenantUnknownError } from '../tenancy/index.js';
import { CredentialRefusedError } from './auth.errors.js';

const OF_EVERY_CALL: readonly AppError[] = [
  new TenantRequiredError(),
  new CredentialRefusedError(),
  new TenantMismatchError(),
  new TenantSuspendedError(),
  new TenantUnknownError(),
  new BodyTooLargeError(),
  new ContentTypeUnsupportedError(),
  new TooManyRequestsError(),
  new InternalError(null),
  new DatabaseUnavailableError(),
  new OverloadedError(),
];

/** Documents the errors of a deployment's call: its own, and those that every such call can answer. */
export function ApiWireErrors(own: readonly AppError[], dto?: Type, emptyData?: object): MethodDecorator {
  return ApiErrors([...own, ...OF_EVERY_CALL], dto, emptyData);
}
