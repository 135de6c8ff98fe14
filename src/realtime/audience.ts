import { Injectable } from '@nestjs/common';
import type { Namespace, Socket } from 'socket.io';

import { viewOf, type View } from '../auth/index.js';
import { Metrics } from '../observe/index.js';
import { belongingsOf, isOf } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';
import { CATCH_UP, toCatchUp } from './catch-up.js';
import { isBehind, type Connection } from './frames.js';
import type { LiveEvent } from './live-event.js';
import { channelsOf, channelsOver, type Seat, type Taken } from './seat.js';
import { Tally } from './tally.js';

// Bytes that may wait for one client: hundreds of messages, or a few of the longest.
const MOST_QUEUED = 2_000_000;
// Events that may be kept for a socket of which it is not certain yet.
const MOST_KEPT = 1_000;

/** The sockets that hear one tenant, and those of which it is not certain yet. */
interface Hearers {
  readonly tenant: Tenant;
  readonly seats: Map<Socket, Seat>;
  readonly namespaces: Tally<Namespace>;
  readonly views: Tally<View>;
  readonly waiting: Map<Socket, Waiting>;
  /** Those of both that hear a part of the tenant only. */
  readonly partial: Set<Socket>;
}

interface Waiting {
  readonly seat: Seat;
  readonly kept: LiveEvent[];
}

/** Who hears whom: sockets by the database of the tenant that let them in. */
@Injectable()
export class Audience {
  private readonly byDatabase = new Map<string, Hearers>();

  constructor(private readonly metrics: Metrics) {}

  /** From now on the socket hears its tenant: all of it, or what it belongs to. */
  join(socket: Socket, seat: Seat): void {
    const { seats, namespaces, views } = this.hearersOf(seat.tenant);
    if (seats.has(socket)) return;
    void socket.join([...channelsOf(seat)]);
    seats.set(socket, seat);
    this.notePart(socket, seat);
    namespaces.add(socket.nsp);
    views.add(viewOf(seat.tenant, seat.caller));
    this.metrics.sockets.inc();
  }

  /** From now on what the tenant's sockets hear is kept for this one. */
  wait(socket: Socket, seat: Seat): void {
    this.hearersOf(seat.tenant).waiting.set(socket, { seat, kept: [] });
    this.notePart(socket, seat);
  }

  /** Ends the waiting of a socket: it hears what was kept, in order, and all that follows. */
  admit(socket: Socket, { database }: Tenant): void {
    const waiting = this.byDatabase.get(database)?.waiting.get(socket);
    if (waiting === undefined) return;
    const view = viewOf(waiting.seat.tenant, waiting.seat.caller);
    for (const event of waiting.kept) socket.emit(event.name, event.payloadIn(view));
    this.join(socket, waiting.seat);
    this.byDatabase.get(database)?.waiting.delete(socket);
  }

  /** The socket hears the same as before, by a credential that lasts longer or a tenant that has changed. */
  renew(socket: Socket, seat: Seat): void {
    const hearers = this.byDatabase.get(seat.tenant.database);
    const waiting = hearers?.waiting.get(socket);
    if (hearers?.seats.has(socket) === true) hearers.seats.set(socket, seat);
    if (waiting !== undefined) hearers?.waiting.set(socket, { ...waiting, seat });
  }

  /** The socket hears this tenant no longer, and what was kept for it is forgotten. */
  leave(socket: Socket, { database }: Tenant): void {
    const hearers = this.byDatabase.get(database);
    if (hearers === undefined) return;
    hearers.waiting.delete(socket);
    hearers.partial.delete(socket);
    this.takeOut(socket, hearers);
    if (hearers.seats.size === 0 && hearers.waiting.size === 0) this.byDatabase.delete(database);
  }

  /** The tenant of this database, where anybody hears it. */
  tenantOf(database: string): Tenant | null {
    return this.byDatabase.get(database)?.tenant ?? null;
  }

  /** True where somebody hears a part of the tenant only. */
  hasPart({ database }: Tenant): boolean {
    return (this.byDatabase.get(database)?.partial.size ?? 0) > 0;
  }

  /** All sockets that hear a tenant or wait to. */
  all(): Taken[] {
    return [...this.byDatabase.values()].flatMap(({ seats, waiting }) => [
      ...[...seats].map(([socket, seat]) => ({ socket, ...seat })),
      ...[...waiting].map(([socket, { seat }]) => ({ socket, ...seat })),
    ]);
  }

  /** Tells everybody who hears of it in this database, each in their own view. */
  push(database: string, event: LiveEvent): void {
    const hearers = this.byDatabase.get(database);
    if (hearers === undefined) return;
    for (const { conn } of hearers.seats.keys()) if (isBehind(conn, MOST_QUEUED)) this.closeBehind(conn);
    for (const view of hearers.views.all()) {
      const channels = channelsOver(hearers.tenant, view, event.rooms);
      for (const namespace of hearers.namespaces.all()) namespace.to(channels).emit(event.name, event.payloadIn(view));
    }
    for (const [socket, waiting] of hearers.waiting) this.keep(socket, waiting, event);
    this.metrics.countPushed(event.kind);
  }

  /** Tells those who hear these tenants that they may have missed what was stored from that date on. Who waits is told when its waiting ends. */
  tellToCatchUp(since: Date, isTold: (tenant: Tenant) => boolean): void {
    for (const { tenant, seats } of this.byDatabase.values()) {
      if (!isTold(tenant) || seats.size === 0) continue;
      for (const socket of seats.keys()) socket.emit(CATCH_UP, toCatchUp(since));
      this.metrics.countPushed(CATCH_UP);
    }
  }

  private keep(socket: Socket, { seat, kept }: Waiting, event: LiveEvent): void {
    if (!event.rooms.some((room) => isOf(seat.caller, room))) return;
    if (kept.push(event) <= MOST_KEPT) return;
    this.leave(socket, seat.tenant);
    this.closeBehind(socket.conn);
  }

  // What it missed it finds by its calls when it comes back.
  private closeBehind(connection: Connection): void {
    connection.close(true);
    this.metrics.countDropped('not_read');
  }

  private notePart(socket: Socket, { tenant, caller }: Seat): void {
    if (belongingsOf(caller) !== null) this.hearersOf(tenant).partial.add(socket);
  }

  private hearersOf(tenant: Tenant): Hearers {
    const hearers = this.byDatabase.get(tenant.database) ?? toHearers(tenant);
    this.byDatabase.set(tenant.database, hearers);
    return hearers;
  }

  private takeOut(socket: Socket, { seats, namespaces, views }: Hearers): void {
    const seat = seats.get(socket);
    if (seat === undefined) return;
    for (const channel of channelsOf(seat)) void socket.leave(channel);
    seats.delete(socket);
    namespaces.remove(socket.nsp);
    views.remove(viewOf(seat.tenant, seat.caller));
    this.metrics.sockets.dec();
  }
}

function toHearers(tenant: Tenant): Hearers {
  return {
    tenant,
    seats: new Map(),
    namespaces: new Tally(({ name }) => name),
    views: new Tally(({ id }) => id),
    waiting: new Map(),
    partial: new Set(),
  };
}
