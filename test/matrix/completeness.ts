import { looksLikeId, type Route, type SocketEvent } from './documents.js';
import { EVENT_RULES } from './event-rules.js';
import { ADMIN_RULES, HINTS, PUBLIC_RULES, WIRE_RULES } from './rules.js';

const RULES: Readonly<Record<Route['kind'], object>> = { wire: WIRE_RULES, admin: ADMIN_RULES, public: PUBLIC_RULES };
const OF_EVERY_CALL = new Set(HINTS.map(({ field }) => `${field.in} ${field.name.toLowerCase()}`));

/** What the documents have and the matrix has not, and the other way round; each fault names its route or event. */
export function faultsOf(routes: readonly Route[]): string[] {
  const stale = Object.entries(RULES).flatMap(([kind, rules]) => Object.keys(rules).filter((name) => !routes.some((route) => route.name === name && route.kind === kind)));
  return [...routes.flatMap((route) => faultsOfRoute(route)), ...stale.map((name) => `${name}: is in the matrix, and there is no such route`)];
}

function faultsOfRoute(route: Route): string[] {
  const { name, kind, body, takesBody, fields } = route;
  if (!(name in RULES[kind])) return [`${name}: nothing is expected of it`];
  const known = fieldsOf(route);
  const unlisted = fields.filter((field) => looksLikeId(field.name) && !known.includes(field.name) && !OF_EVERY_CALL.has(`${field.in} ${field.name.toLowerCase()}`));
  const stale = known.filter((field) => !fields.some((one) => one.name === field));
  return [
    ...(takesBody && body === null ? [`${name}: no example of its body can be made`] : []),
    ...unlisted.map((field) => `${name}: ${field.in} ${field.name} looks like an id, and the matrix does not say of what`),
    ...stale.map((field) => `${name}: ${field} is in the matrix, and there is no such field`),
  ];
}

function fieldsOf({ name, kind }: Route): readonly string[] {
  if (kind === 'admin') return ADMIN_RULES[name]?.fields ?? [];
  return Object.keys(WIRE_RULES[name]?.fields ?? {});
}

/** The same for events. */
export function faultsOfEvents(events: readonly SocketEvent[]): string[] {
  const stale = Object.keys(EVENT_RULES).filter((name) => !events.some((event) => event.name === name));
  return [...events.flatMap((event) => faultsOfEvent(event)), ...stale.map((name) => `${name}: is in the matrix, and there is no such event`)];
}

function faultsOfEvent({ name, way, payloads, fields }: SocketEvent): string[] {
  const rule = EVENT_RULES[name];
  if (rule?.way !== way) return [`${name}: nothing is expected of it`];
  const known = Object.keys(rule.fields);
  const ids = way === 'taken' ? fields.filter((field) => looksLikeId(field)) : [];
  return [
    ...(payloads.length === 0 ? [`${name}: the document shows no payload`] : []),
    ...ids.filter((field) => !known.includes(field)).map((field) => `${name}: ${field} looks like an id, and the matrix does not say of what`),
    ...known.filter((field) => !fields.includes(field)).map((field) => `${name}: ${field} is in the matrix, and there is no such field`),
  ];
}
