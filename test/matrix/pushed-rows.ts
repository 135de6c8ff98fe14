import { ANONYMOUS, CredentialRefusedError } from '../../src/auth/index.js';
import { LocationService } from '../../src/location/index.js';
import { newId, toId } from '../../src/mongo/index.js';
import type { TestApp } from '../support/app.js';
import { aMessage, aStoredRoom, storeRooms } from '../support/build.js';
import { eventually } from '../support/eventually.js';
import type { Deployment } from './deployments.js';
import { EVENTS } from './documents.js';
import { EVENT_RULES } from './event-rules.js';
import type { Row } from './rows.js';
import { isIn, type Seat } from './seats.js';

interface Refusal {
  readonly error: string;
  readonly message: string;
}

const REFUSAL: Refusal = { error: 'CREDENTIAL_REFUSED', message: new CredentialRefusedError().message };
const WITHIN = { within: 30_000 };
const LAST = 'the last of the shared room';

/**
 * Has everything that sockets hear happen in each of the deployments, in rooms of the same `_id`, and looks at what each socket heard, frame by frame.
 */
export async function pushedRows(service: TestApp, deployments: readonly Deployment[], seats: readonly Seat[]): Promise<Row[]> {
  const [news, strangers] = [newId(), newId()];
  for (const { tenant, mark, shared } of deployments) {
    const parties = { room_name: 'live', room_id: shared.order, order_id: shared.orderId, order_user_id: shared.customer, vendor_id: shared.shop, vendor_name: mark };
    await storeRooms(service, tenant, [
      aStoredRoom(tenant.key, { ...parties, _id: news }),
      aStoredRoom(tenant.key, { ...parties, _id: strangers, room_name: 'live of others', agent_id: '242', order_user_id: '2', vendor_id: '8' }),
    ]);
  }
  const say = (message: string, room = news): Promise<unknown> =>
    Promise.all(deployments.map(({ tenant, mark }) => aMessage(service, tenant, room, { message: `${mark} ${message}`, sender: { user_type: 'agent', user_id: '141', username: mark } })));
  await say('the first');
  await Promise.all(deployments.map(({ tenant, mark, shared }) => service.app.get(LocationService).save(tenant, ANONYMOUS, { agent_id: Number(shared.agent), order_id: Number(shared.orderId), lat: mark, lng: mark, short_code: '', status: 'running' })));
  await Promise.all(deployments.map(({ tenant, mark, shared }) => aMessage(service, tenant, toId(shared.room) ?? news, { message: `${mark} ${LAST}` })));
  // Who hears nothing of the shared rooms hears this, and it is the last of all.
  await say('the last', strangers);
  await Promise.all(seats.filter(isIn).map((seat) => eventually(() => expect(seat.listener.texts()).toContain(lastOf(seat)), WITHIN)));
  return EVENTS.filter(({ way }) => way === 'pushed').flatMap(({ name }) => seats.map((seat) => toRow(name, seat, deployments)));
}

function lastOf({ at: { mark }, credential: { role } }: Seat): string {
  const isOfShared = role === 'agent' || role === 'user' || role === 'vendor';
  return `${mark} ${isOfShared ? LAST : 'the last'}`;
}

function toRow(event: string, seat: Seat, deployments: readonly Deployment[]): Row {
  const { at, credential, way } = seat;
  const all = JSON.stringify([seat.listener.frames, seat.listener.faults, seat.listener.heard]);
  const strange = deployments.filter((one) => one !== at || !isIn(seat)).flatMap(({ marks, mark }) => (isIn(seat) ? marks : [mark]));
  const leaks = strange.filter((mark) => all.includes(mark)).map((mark) => `with ${mark}`);
  const [expected, seen] = event === 'connect_error' ? refusalsOf(seat) : hearingOf(event, seat);
  return { route: `event ${event}`, field: '–', credential: `${credential.name}, ${way}`, at: at.name, expected, seen: [seen, ...leaks].join(' ') };
}

function refusalsOf({ at, credential: { role }, listener }: Seat): [expected: string, seen: string] {
  const expected = role !== null || at.tenant.auth.sockets === 'open' ? 'let in' : toLine(REFUSAL);
  return [expected, listener.faults.length === 0 ? 'let in' : [...new Set(listener.faults.map(refusalOf))].join(' ')];
}

// Clients of engine.io 4 hand on an error with it, others the thing itself.
function refusalOf(fault: unknown): string {
  const { data } = fault as { readonly data?: Refusal };
  return toLine(data ?? (fault as Refusal));
}

function toLine({ error, message }: Refusal): string {
  return `${error}: ${message}`;
}

function hearingOf(event: string, { at, credential: { role }, listener }: Seat): [expected: string, seen: string] {
  const isOpen = at.tenant.auth.sockets === 'open';
  const roles = EVENT_RULES[event]?.roles ?? [];
  const hears = role === null ? isOpen && roles.length > 0 : roles.includes(role);
  const name = event.replace('{agent_id}', at.shared.agent);
  const payloads = JSON.stringify(listener.payloads(name).filter((payload) => !JSON.stringify(payload).includes('live of others')));
  const isHeard = payloads.includes(at.mark);
  return [hears ? 'heard' : 'not heard', isHeard ? 'heard' : 'not heard'];
}
