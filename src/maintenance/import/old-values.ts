import { isEmptyLike, toMoment, toText } from '../../common/index.js';
import type { Id } from '../../mongo/index.js';

/** A value that is not what its field can be; its document is reported and left where it is. */
export class NotUnderstoodError extends Error {
  override readonly name = 'NotUnderstoodError';
  constructor(field: string, value: unknown, wanted: string) {
    super(`${field} is ${nameOf(value)} and not ${wanted}`);
  }
}

/** How a field's value is read: what it is here, or undefined where it is left out. @throws NotUnderstoodError */
export type Reading = (field: string, value: unknown) => unknown;

/** Text, or null; numbers and ids become text. */
export function readText(field: string, value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (value === null) return null;
  if (isDate(value)) return value.toISOString();
  const text = toText(isScalarOfBson(value) ? String(value) : value);
  if (typeof text !== 'string') throw new NotUnderstoodError(field, value, 'text');
  return text;
}

const FLAGS = new Map<unknown, boolean>([[true, true], [1, true], ['1', true], ['true', true], [false, false], [0, false], ['0', false], ['false', false], ['', false]]);

/** True or false, also as number or text; a null stays. */
export function readFlag(field: string, value: unknown): boolean | null {
  const flag = value === null ? null : FLAGS.get(isScalarOfBson(value) ? Number(String(value)) : value);
  if (flag === undefined) throw new NotUnderstoodError(field, value, 'true or false');
  return flag;
}

/** A whole number, also as text. */
export function readInteger(field: string, value: unknown): number {
  const number = isEmptyLike(value as string | null) ? 0 : Number(readText(field, value));
  if (!Number.isSafeInteger(number)) throw new NotUnderstoodError(field, value, 'a whole number');
  return number;
}

const CLOCKS_DIFFER_MS = 24 * 60 * 60 * 1_000;
const FIRST_MOMENT = -8.64e15;
const MILLISECONDS = /^\d{10,14}$/;

/** A moment, also as ISO 8601 text or in milliseconds; null where nothing is said. One that has not come is none: what follows it would get its date. */
export function readDate(field: string, value: unknown): Date | null {
  const moment = toDate(field, value);
  return moment === null ? null : past(field, moment);
}

/** When the document was made, as its id says. */
export function readMade(id: Id): Date {
  return past('_id', id.getTimestamp());
}

function toDate(field: string, value: unknown): Date | null {
  if (isDate(value)) return value;
  if (value === undefined || value === null || isEmptyLike(value as string)) return null;
  const text = readText(field, value) ?? '';
  const moment = MILLISECONDS.test(text) ? new Date(Number(text)) : toMoment(text);
  if (moment === null) throw new NotUnderstoodError(field, value, 'a date');
  return moment;
}

/** Whether these milliseconds are a moment that a message can have: no date that is further away than any here, and none that has not come. */
export function isPast(moment: number): boolean {
  return moment >= FIRST_MOMENT && moment <= Date.now() + CLOCKS_DIFFER_MS;
}

function past(field: string, moment: Date): Date {
  if (!isPast(moment.getTime())) throw new NotUnderstoodError(field, moment, 'a date up to tomorrow');
  return moment;
}

// MongoDB has dates that are further away than any here.
function isDate(value: unknown): value is Date {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

const SCALARS = new Set(['Long', 'Int32', 'Double', 'Decimal128', 'ObjectId']);

function isScalarOfBson(value: unknown): value is number {
  return typeof value === 'object' && value !== null && SCALARS.has((value as { _bsontype?: string })._bsontype ?? '');
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return isDate(value) ? value.toISOString() : 'a date that is too far away';
  if (typeof value === 'number') return String(value);
  return typeof value === 'object' && value !== null ? 'a document' : JSON.stringify(value);
}
