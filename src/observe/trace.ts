import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** A request whose trace is known. */
export interface TracedRequest extends IncomingMessage {
  traceId?: string;
}

// Version, trace id, id of the caller's own step, flags; versions to come may add to it. https://www.w3.org/TR/trace-context/#traceparent-header
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

/** The trace that a request, or a socket by its handshake, is part of: the one that its `traceparent` names, else a new one, which it keeps. */
export function traceIdOf(request: TracedRequest): string {
  request.traceId ??= toTraceId(request.headers.traceparent) ?? toHex(randomUUID());
  return request.traceId;
}

/** An id for a request that belongs to its trace: where the trace began here, both are the same 32 digits. */
export function newRequestId(request: TracedRequest): string {
  const id = randomUUID();
  request.traceId ??= toTraceId(request.headers.traceparent) ?? toHex(id);
  return id;
}

/** The trace id of a `traceparent`, or null where it is not one. */
export function toTraceId(traceparent: string | string[] | undefined): string | null {
  if (typeof traceparent !== 'string') return null;
  const [, version, traceId = null, more] = TRACEPARENT.exec(traceparent) ?? [];
  return version === '00' && more !== undefined ? null : traceId;
}

// 122 of its 128 bits are random, the last seven bytes wholly, as the standard asks.
function toHex(uuid: string): string {
  return uuid.replaceAll('-', '');
}
