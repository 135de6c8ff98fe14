import type { IncomingMessage, ServerResponse } from 'node:http';

const sizes = new WeakMap<IncomingMessage, number>();

/** For a body parser, which tells each body before it reads it. */
export function noteBodySize(request: IncomingMessage, _response: ServerResponse, body: Buffer): void {
  sizes.set(request, body.length);
}

/** Bytes of the request's body, unpacked; 0 where it has none. */
export function bodySize(request: IncomingMessage): number {
  return sizes.get(request) ?? 0;
}
