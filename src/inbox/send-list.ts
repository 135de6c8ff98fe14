import type { Response } from 'express';

import type { RoomList } from './room-list.js';

/**
 * Answers a list: 304 without a body where the caller has it already and said so by `If-None-Match` (on POST too), else its bytes, packed where the
 * caller takes gzip, else as they are. @throws DatabaseUnavailableError
 */
export async function sendList(response: Response, list: RoomList): Promise<void> {
  response.setHeader('Cache-Control', 'private, no-cache');
  response.vary('Accept-Encoding');
  if (has(response.req.get('if-none-match'), list.etag)) {
    response.status(304).setHeader('ETag', list.etag).end();
    return;
  }
  const gzip = response.req.acceptsEncodings(['gzip', 'identity']) === 'gzip';
  const { bytes, etag } = await list.write({ gzip });
  // Each says that the compression of every other answer leaves this one alone: it would compress the same bytes again and again.
  if (gzip) response.setHeader('Content-Encoding', 'gzip');
  else response.setHeader('Cache-Control', 'private, no-cache, no-transform');
  response.setHeader('ETag', etag).setHeader('Content-Type', 'application/json; charset=utf-8').setHeader('Content-Length', bytes.length);
  response.status(200).end(bytes);
}

// Compared weakly: whether it says `W/` does not matter; https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match
function has(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch?.split(',').some((one) => toOpaque(one.trim()) === toOpaque(etag)) === true;
}

function toOpaque(etag: string): string {
  return etag.replace(/^W\//, '');
}
