import { createHmac, timingSafeEqual } from 'node:crypto';

import { AppError } from '../common/index.js';
import { toId } from '../mongo/index.js';
import type { RoomPosition } from '../room/index.js';

/** 400: the cursor is not one of ours, or belongs to another list. */
export class CursorInvalidError extends AppError {
  constructor() {
    super('CURSOR_INVALID', 400, 'cursor is not one that this list has answered; begin again without it.');
  }
}

/** What a cursor is bound to: the list that `query` describes, and this service's secret. */
export interface CursorSigning {
  readonly query: string;
  readonly secret: Buffer;
}

/** Where a page ended, and when the first page of the list was asked for. */
export interface Cursor {
  readonly after: RoomPosition;
  readonly asOf: Date;
}

const FORM = /^(-?[0-9a-z]{1,11})\.([0-9a-f]{24})\.(-?[0-9a-z]{1,11})\.([\w-]{43})$/;

/** Writes a signed cursor: it cannot be changed, or used for another list. */
export function writeCursor({ after, asOf }: Cursor, signing: CursorSigning): string {
  const text = [after.updatedDate.getTime().toString(36), after.id.toHexString(), asOf.getTime().toString(36)].join('.');
  return `${text}.${sign(text, signing)}`;
}

/** Reads what {@link writeCursor} wrote. @throws CursorInvalidError */
export function readCursor(cursor: string, signing: CursorSigning): Cursor {
  const [, updated, hex, asOf, mac] = FORM.exec(cursor) ?? [];
  if (updated === undefined || hex === undefined || asOf === undefined || mac === undefined) throw new CursorInvalidError();
  const text = `${updated}.${hex}.${asOf}`;
  if (!timingSafeEqual(Buffer.from(mac), Buffer.from(sign(text, signing)))) throw new CursorInvalidError();
  const id = toId(hex);
  if (id === null) throw new CursorInvalidError();
  return { after: { updatedDate: toDate(updated), id }, asOf: toDate(asOf) };
}

// Compared as text: the last character of base64url has bits that decoding drops.
function sign(text: string, { query, secret }: CursorSigning): string {
  return createHmac('sha256', secret).update(`${text}\n${query}`).digest('base64url');
}

function toDate(base36: string): Date {
  return new Date(Number.parseInt(base36, 36));
}
