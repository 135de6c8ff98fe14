import { AppError } from '../common/index.js';

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

/** True where nobody knows yet whether a credential is good: whoever would say so is away. */
export function isNotLookedUp(error: unknown): boolean {
  return error instanceof CredentialRefusedError && error.reason === 'not looked up';
}
