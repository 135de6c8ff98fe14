import type { IncomingMessage, Server, ServerResponse } from 'node:http';

import type { Limits } from '../config/index.js';

// A request arrives within these, or its connection is closed.
const HEADERS_MS = 20_000;
const REQUEST_MS = 60_000;
// Longer than load balancers keep an idle connection (60 s mostly): who closes first must not be the one that is about to be called.
const IDLE_MS = 65_000;

/** Closes connections on which nothing gets on: that do not finish their request, are idle, or take no byte of their answer for `unreadMs`, or have not taken all of it after `answerMs`. */
export function boundConnections(server: Server, { unreadMs, answerMs }: Pick<Limits, 'unreadMs' | 'answerMs'>): void {
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = REQUEST_MS;
  server.keepAliveTimeout = IDLE_MS;
  // Node asks the answer of a silent connection first, and begins anew with each byte that the other side takes.
  server.timeout = unreadMs;
  server.on('request', (_request: IncomingMessage, response: ServerResponse) => {
    // Silence is no fault of a caller whose answer is still being made.
    response.on('timeout', () => {
      if (response.writableLength > 0) response.destroy(new Error('the answer was not read'));
    });
    // Who takes a byte now and then is never silent.
    const late = setTimeout(() => response.destroy(new Error('the answer was not read in time')), answerMs).unref();
    response.once('close', () => clearTimeout(late));
  });
}
