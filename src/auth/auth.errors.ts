import { AppError } from '../common/index.js';

/** 403, never 401 (old apps log their user out on it): a credential is missing, wrong, foreign, expired or revoked. */
export class CredentialRefusedError extends AppError {
  constructor() {
    super('CREDENTIAL_REFUSED', 403, 'This deployment does not admit this call: its credential is missing or not good.');
  }
}
