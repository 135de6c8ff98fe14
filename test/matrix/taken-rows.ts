import { Metrics } from '../../src/observe/index.js';
import type { TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { clientOf, contentsOf, type Deployment } from './deployments.js';
import { EVENTS, type SocketEvent } from './documents.js';
import { EVENT_RULES, type EventRule } from './event-rules.js';
import type { Row } from './rows.js';
import { isCutOff, isIn, WITHIN, type Seat } from './seats.js';

/** An event that a socket emits, with one field naming the other deployment's. */
interface Emission {
  readonly seat: Seat;
  readonly event: string;
  readonly field: string;
  readonly payload: object;
  /** Whose databases must not move: all, or all but the one that the socket is of. */
  readonly spares: readonly string[];
}

interface Counts {
  readonly refusals: number;
  readonly places: number;
}

/** Has sockets emit whatever clients may, each field with the other deployment's value, and compares all that is stored before and after. */
export async function takenRows(service: TestApp, all: readonly Deployment[], seats: readonly Seat[]): Promise<Row[]> {
  const emitting = seats.filter(({ way }) => way === '4.8.4 websocket');
  const emissions = emitting.flatMap((seat) => EVENTS.filter(({ way }) => way === 'taken').flatMap((event) => emissionsOf(event, seat, all)));
  const groups = [
    emissions.filter(({ spares }) => spares.length === all.length),
    ...all.map(({ name }) => emissions.filter(({ spares, seat }) => spares.length < all.length && seat.at.name === name)),
  ];
  const rows: Row[] = [];
  for (const group of groups) rows.push(...(await emit(service, all, group)));
  return rows;
}

async function emit(service: TestApp, all: readonly Deployment[], group: readonly Emission[]): Promise<Row[]> {
  const before = await contentsOf(service, all);
  const counts = { refusals: await refusals(service), places: await placesOf(service, all) };
  for (const { seat, event, payload } of group) frame(seat, event, payload);
  await settled(service, all, group, counts);
  const after = await contentsOf(service, all);
  return group.map(({ seat, event, field, spares }) => {
    const moved = spares.filter((name) => before[name] !== after[name]);
    return { route: `event ${event}`, field: `payload ${field}`, credential: `${seat.credential.name}, ${seat.way}`, at: seat.at.name, expected: 'unchanged', seen: moved.length === 0 ? 'unchanged' : `${moved.join(', ')} changed` };
  });
}

function emissionsOf({ name: event, payloads }: SocketEvent, seat: Seat, all: readonly Deployment[]): Emission[] {
  const rule = EVENT_RULES[event];
  const other = all.find((one) => one !== seat.at) ?? seat.at;
  const [payload = {}] = payloads;
  const mine = event === 'save-user-location' ? { ...payload, agent_id: Number(seat.at.shared.agent), order_id: Number(seat.at.shared.orderId), lat: seat.at.mark } : payload;
  return Object.entries(rule?.fields ?? {}).map(([field, kind]) => {
    const value = kind === 'name' ? (other.tenant.names[0] ?? '') : other.own[kind];
    return { seat, event, field, payload: withPath(mine, field.split('.'), value), spares: sparedBy(rule, seat, field, all) };
  });
}

// An agent may not say where another one is.
function sparedBy(rule: EventRule | undefined, { at, credential: { role } }: Seat, field: string, all: readonly Deployment[]): string[] {
  const stores = role !== null && rule?.roles.includes(role) === true && !(role === 'agent' && field === 'agent_id');
  return all.filter((one) => !stores || one !== at).map(({ name }) => name);
}

function withPath(payload: object, [name = '', ...rest]: readonly string[], value: string): object {
  const inner = (payload as Record<string, unknown>)[name];
  return { ...payload, [name]: rest.length === 0 ? value : withPath(typeof inner === 'object' && inner !== null ? inner : {}, rest, value) };
}

/** As a frame of its own, so that the library does not keep back what a refused socket says. */
function frame({ at, listener }: Seat, event: string, payload: object): void {
  const { engine } = listener.socket.io as unknown as { readonly engine: { write(data: string): void } };
  engine.write(`2/t/${at.tenant.key},${JSON.stringify([event, payload])}`);
}

/** Waits until the service has judged everything: what may be stored is, what may not is counted, who may not speak is closed. */
async function settled(service: TestApp, all: readonly Deployment[], group: readonly Emission[], before: Counts): Promise<void> {
  const seats = [...new Set(group.map(({ seat }) => seat))];
  const expected = group.filter(({ seat, event, spares }) => isIn(seat) && event === 'save-user-location' && seat.credential.role !== null && spares.includes(seat.at.name)).length;
  await eventually(async () => expect((await placesOf(service, all)) - before.places).toBe(group.filter(({ seat, event, spares }) => event === 'save-user-location' && !spares.includes(seat.at.name)).length), WITHIN);
  await eventually(async () => expect((await refusals(service)) - before.refusals).toBeGreaterThanOrEqual(expected), WITHIN);
  const shut = seats.filter((seat) => !isIn(seat));
  await eventually(() => expect(shut.filter((seat) => !isCutOff(seat)).map(({ credential }) => credential.name)).toEqual([]), WITHIN);
}

/** What sockets have said so far without effect because they may not. */
async function refusals({ app }: TestApp): Promise<number> {
  const { text } = await app.get(Metrics).write();
  return Number(/dropped_total\{reason="refused"\} (\d+)/.exec(text)?.[1] ?? 0);
}

/** How many places of agents are stored in all of these. */
async function placesOf(service: TestApp, all: readonly Deployment[]): Promise<number> {
  const client = await clientOf(service);
  const counts = await Promise.all(all.map(({ tenant }) => client.db(tenant.database).collection('locations').countDocuments()));
  return counts.reduce((sum, count) => sum + count, 0);
}
