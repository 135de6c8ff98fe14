import { isEmptyLike } from '../../common/index.js';
import type { Location } from '../../location/index.js';
import { leave, readFields, readId, type OldDocument, type Unknown } from './old-documents.js';
import { NotUnderstoodError, readDate, readInteger, readMade, readText, type Reading } from './old-values.js';

const READINGS: ReadonlyMap<string, Reading> = new Map([
  ...(['_id', 'created_date', 'updated_date'] as const).map((field) => [field, leave] as const),
  ...(['agent_id', 'order_id'] as const).map((field) => [field, toFilled(readInteger)] as const),
  ...(['lat', 'lng'] as const).map((field) => [field, toFilled(readText)] as const),
  ...(['short_code', 'status'] as const).map((field) => [field, readText] as const),
  ['__v', readInteger],
]);
const NOTHING = { agent_id: null, order_id: null, lat: null, lng: null };

/** A location as the source has it, in the types of here; without a date as old as its id. @throws NotUnderstoodError */
export function toOldLocation(old: OldDocument, unknown: Unknown): Location {
  const dates = { created_date: dateOfLocation(old), updated_date: readDate('updated_date', old.updated_date) ?? dateOfLocation(old) };
  return { __v: 0, ...readFields({ ...NOTHING, ...old }, READINGS, unknown), _id: readId(old), ...dates } as Location;
}

/** When somebody was there. @throws NotUnderstoodError */
export function dateOfLocation(old: OldDocument): Date {
  return readDate('created_date', old.created_date) ?? readMade(readId(old));
}

function toFilled(reading: Reading): Reading {
  return (field, value) => {
    if (isEmptyLike(value as string | null)) throw new NotUnderstoodError(field, value, 'filled');
    return reading(field, value);
  };
}
