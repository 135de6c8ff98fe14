const FORM = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/;
const MINUTE_MS = 60_000;

/** The moment that an ISO 8601 date writes (day, or day and time; without a zone it is UTC), or null where it is none. */
export function toMoment(text: string): Date | null {
  const [, day, time, zone] = FORM.exec(text) ?? [];
  if (day === undefined || !isDay(day)) return null;
  const moment = new Date(time !== undefined && zone === undefined ? `${text}Z` : text);
  return Number.isNaN(moment.getTime()) ? null : moment;
}

// JavaScript takes 30 February for the first days of March.
function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** The minute that a moment is in, by its beginning. */
export function toMinute(moment: Date): Date {
  return new Date(Math.floor(moment.getTime() / MINUTE_MS) * MINUTE_MS);
}
