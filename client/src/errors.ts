import type { Refusal } from './generated/events.js';
import type { components, ErrorCode } from './generated/http.js';

/** Failures that the service did not name: it was not reached, was silent for `timeoutMs`, or something else answered. */
export type TransportErrorCode = 'NO_ANSWER' | 'TIMED_OUT' | 'ANSWER_UNREADABLE';

/** A service newer than this package may name further kinds. */
export type AnteroomErrorCode = ErrorCode | TransportErrorCode | (string & Record<never, never>);

/** What is known of a failure beside its sentence. */
export interface ErrorDetails {
  readonly code: AnteroomErrorCode;
  readonly status?: number;
  readonly retryAfterSeconds?: number | null;
  readonly requestId?: string | null;
  readonly cause?: unknown;
}

/** A call that failed, or a connection that was refused. */
export class AnteroomError extends Error {
  override readonly name = 'AnteroomError';
  /** What kind of failure, for programs. */
  readonly code: AnteroomErrorCode;
  /** The HTTP status; 0 where there was no answer that could be read. */
  readonly status: number;
  /** How long to wait before trying again, where the service says so. */
  readonly retryAfterSeconds: number | null;
  /** Names the call in the service's log. */
  readonly requestId: string | null;

  constructor(message: string, { code, status = 0, retryAfterSeconds = null, requestId = null, cause }: ErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
    this.requestId = requestId;
  }
}

/** The error of an answer whose status is none of success. */
export function toAnswerError(body: unknown, { status, headers }: Response): AnteroomError {
  const requestId = headers.get('x-request-id');
  if (!isErrorBody(body)) return new AnteroomError(`The answer has status ${status} and is none of Anteroom.`, { code: 'ANSWER_UNREADABLE', status, requestId });
  const retryAfter = headers.get('retry-after') ?? '';
  return new AnteroomError(body.message, {
    code: body.error,
    status,
    retryAfterSeconds: /^\d+$/.test(retryAfter) ? Number(retryAfter) : null,
    requestId,
  });
}

// What socket.io itself says of a namespace that is nobody's.
const UNKNOWN_NAMESPACE = 'Invalid namespace';

/** The error of a connection that the service refused, or null where it was not the service that did. */
export function toRefusal(error: Error & { data?: unknown }): AnteroomError | null {
  if (error.message === UNKNOWN_NAMESPACE) return new AnteroomError('No deployment of this key is registered.', { code: 'TENANT_UNKNOWN', status: 404, cause: error });
  return isErrorBody(error.data) ? new AnteroomError(error.data.message, { code: error.data.error, status: error.data.statusCode, cause: error }) : null;
}

function isErrorBody(body: unknown): body is components['schemas']['ErrorDto'] | Refusal {
  if (typeof body !== 'object' || body === null) return false;
  const { error, message, statusCode } = body as Record<string, unknown>;
  return typeof error === 'string' && typeof message === 'string' && typeof statusCode === 'number';
}
