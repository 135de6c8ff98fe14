import { AppError, TooManyRequestsError } from '../common/index.js';
import { toSeconds, type Exceeded } from './rates.js';

/** Why a credential was refused: for the operator only, callers get one answer. */
export type RefusalReason = 'missing' | 'wrong' | 'foreign' | 'expired' | 'unknown or revoked' | 'not looked up';

/** 403, never 401 (old apps log their user out on it): a credential is missing, wrong, foreign, expired or revoked. */
export class CredentialRefusedError extends AppError {
  constructor(readonly reason: RefusalReason = 'missing') {
    super('CREDENTIAL_REFUSED', 403, 'This deployment does not admit this call: its credential is missing or not good.');
  }
}

/** 403: a list of somebody else, or a right that the caller's role has not. */
export class NotAllowedError extends AppError {
  constructor(message = 'This is not allowed to you.') {
    super('NOT_ALLOWED', 403, message);
  }
}

/** 429: so many credentials of this address are refused that this refusal is one too many. */
export class TooManyRefusedError extends TooManyRequestsError {
  constructor(readonly exceeded: Exceeded) {
    super(toSeconds(exceeded));
  }
}

/** 429: so many credentials of this address are refused that no further one is checked, whether it is good or not. */
export class UncheckedTokenError extends TooManyRefusedError {}

/** True where nobody knows yet whether a credential is good: whoever would say so is away, or not asked. */
export function isNotLookedUp(error: unknown): boolean {
  if (error instanceof UncheckedTokenError) return true;
  return error instanceof CredentialRefusedError && error.reason === 'not looked up';
}
