import type { TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { Listener, type ListenerOptions, type Release, type Transport } from '../support/listener.js';
import type { Credential, Credentials } from './credentials.js';
import type { Deployment } from './deployments.js';

/** A socket of the matrix: who asks which deployment to hear it, and how. */
export interface Seat {
  readonly at: Deployment;
  readonly credential: Credential;
  readonly way: string;
  readonly listener: Listener;
}

interface Way {
  readonly name: string;
  readonly release: Release;
  readonly transports: readonly Transport[];
  /** Where the client cannot say `auth.token`, or does not. */
  readonly byHeader?: true;
  /** Without the path: the host names the deployment. */
  readonly byHost?: true;
}

const MODERN: readonly Way[] = [
  { name: '4.8.4 websocket', release: '4.8.4', transports: ['websocket'] },
  { name: '4.8.4 polling', release: '4.8.4', transports: ['polling'] },
];
const OLD: readonly Way[] = (['2.5.0', '1.7.4'] as const).flatMap((release) =>
  (['websocket', 'polling'] as const).map((transport) => ({ name: `${release} ${transport}`, release, transports: [transport], byHeader: true as const })),
);
// One of each kind that a header can carry.
const BY_OLD = /^(service|agent by look-up|no credential|an unknown token|a key with a wrong secret|agent of .*)$/;
const BY_HOST: Way = { name: '4.8.4 by host', release: '4.8.4', transports: ['websocket'], byHost: true };

/** How long sockets may take on a machine that has much else to do. */
export const WITHIN = { within: 120_000 };

/** Opens a socket for each credential of each deployment, good or not, and waits until each is in or refused. */
export async function takeSeats(service: TestApp, credentials: ReadonlyMap<Deployment, Credentials>): Promise<Seat[]> {
  const seats = [...credentials].flatMap(([at, { good, refused }]) => [
    ...[...good, ...refused].filter(isSeated(at)).flatMap((credential) => MODERN.map((way) => toSeat(service, at, credential, way))),
    ...[...good, ...refused].filter(({ name }) => BY_OLD.test(name)).filter(isSeated(at)).flatMap((credential) => OLD.map((way) => toSeat(service, at, credential, way))),
    ...good.filter(isSeated(at)).map((credential) => toSeat(service, at, credential, BY_HOST)),
  ]);
  await decided(seats);
  return seats;
}

/** True where the socket hears its deployment. */
export function isIn({ listener }: Seat): boolean {
  return listener.socket.connected && listener.faults.length === 0;
}

/** True where the connection is closed. */
export function isCutOff({ listener }: Seat): boolean {
  const { engine } = listener.socket.io as unknown as { readonly engine: { readonly readyState: string } };
  return engine.readyState === 'closed';
}

async function decided(seats: readonly Seat[]): Promise<void> {
  await eventually(() => expect(seats.filter((seat) => !isIn(seat) && seat.listener.faults.length === 0 && !isCutOff(seat)).map(({ at, credential, way }) => [at.name, credential.name, way])).toEqual([]), WITHIN);
}

// Of those that are as good as none at an open deployment a few are enough.
const isSeated = ({ tenant }: Deployment) => ({ isThorough }: Credential): boolean => isThorough || tenant.auth.sockets === 'required';

function toSeat({ url }: TestApp, at: Deployment, credential: Credential, way: Way): Seat {
  const { release, transports, byHeader, byHost } = way;
  const { sent } = credential;
  const headers = { ...(byHost ? { host: at.host } : {}), ...(byHeader && sent !== null ? { authorization: sent } : {}) };
  const options: ListenerOptions = { release, transports, headers, auth: byHeader || sent === null ? {} : { token: sent } };
  return { at, credential, way: way.name, listener: Listener.of(byHost ? url : `${url}/t/${at.tenant.key}`, options) };
}
