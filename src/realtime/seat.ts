import type { Socket } from 'socket.io';

import { viewOf, type Caller, type View } from '../auth/index.js';
import { belongingsOf, type Membered } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';

const FIELDS = ['agent_id', 'order_user_id', 'vendor_id', 'p2p_id'] as const;

/** Who a socket is, of which tenant. */
export interface Seat {
  readonly tenant: Tenant;
  readonly caller: Caller;
}

/** A socket that hears its tenant, or waits to. */
export interface Taken extends Seat {
  readonly socket: Socket;
}

/** The socket.io rooms of a seat: one for its view where it hears the whole tenant, else one for its view and each thing that makes rooms its own. */
export function channelsOf({ tenant, caller }: Seat): readonly string[] {
  const all = channelOf(tenant, viewOf(tenant, caller));
  return belongingsOf(caller)?.flatMap(({ field, values }) => values.map((value) => `${all}/${field}/${value}`)) ?? [all];
}

/** The socket.io rooms, of one view, of everybody who may hear of these rooms. */
export function channelsOver(tenant: Tenant, view: View, rooms: readonly Membered[]): string[] {
  const all = channelOf(tenant, view);
  const owned = rooms.flatMap((room) => FIELDS.flatMap((field) => (room[field] ? [`${all}/${field}/${room[field]}`] : [])));
  return [all, ...owned];
}

function channelOf({ database }: Tenant, { id }: View): string {
  return `${database}/${id}`;
}
