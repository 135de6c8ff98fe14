import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { NextFunction, Request, Response } from 'express';

import { ContentTypeUnsupportedError, ValidationFailedError } from './request.errors.js';

/** For a parser's `verify`: refuses a body that is not in UTF-8, in itself or where a form's escapes are read. */
export function checkUtf8(request: IncomingMessage, _response: ServerResponse, bytes: Buffer, encoding: string): void {
  if (encoding !== 'utf-8') throw new ContentTypeUnsupportedError();
  const isForm = request.headers['content-type']?.includes('urlencoded') === true;
  if (!(isForm ? isUtf8Escaped(bytes.toString('latin1')) : isUtf8(bytes))) throw new ValidationFailedError('The body must be in UTF-8.');
}

/** Refuses a path or query whose escapes are not UTF-8: what would be read in their place was never sent. */
export function wellFormedUrl(request: Request, _response: Response, next: NextFunction): void {
  if (!isUtf8Escaped(request.originalUrl)) throw new ValidationFailedError('The path and the query must be in UTF-8.');
  next();
}

// `text` holds one character for each byte that was sent.
function isUtf8Escaped(text: string): boolean {
  if (!/%[89a-f]|[^\p{ASCII}]/iu.test(text)) return true;
  return isUtf8(Buffer.from(text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1'));
}
