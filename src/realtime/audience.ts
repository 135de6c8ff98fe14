import { Injectable } from '@nestjs/common';
import type { Namespace, Socket } from 'socket.io';

import { Metrics } from '../observe/index.js';
import type { Tenant } from '../tenancy/index.js';
import { isBehind, type Connection } from './frames.js';
import type { LiveEvent } from './live-event.js';

// Bytes that may wait for one client: hundreds of messages, or a few of the longest.
const MOST_QUEUED = 2_000_000;

/** The sockets that hear one tenant, and those of which it is not certain yet. */
interface Hearers {
  readonly tenant: Tenant;
  readonly sockets: Set<Socket>;
  readonly namespaces: Map<Namespace, number>;
  readonly waiting: Map<Socket, LiveEvent[]>;
}

/** Who hears whom: sockets by the database of the tenant that let them in. */
@Injectable()
export class Audience {
  private readonly byDatabase = new Map<string, Hearers>();

  constructor(private readonly metrics: Metrics) {}

  /** From now on the socket hears the tenant. */
  join(socket: Socket, tenant: Tenant): void {
    const { sockets, namespaces } = this.hearersOf(tenant);
    if (sockets.has(socket)) return;
    void socket.join(tenant.database);
    sockets.add(socket);
    namespaces.set(socket.nsp, (namespaces.get(socket.nsp) ?? 0) + 1);
    this.metrics.sockets.inc();
  }

  /** From now on what the tenant's sockets hear is kept for this one. */
  wait(socket: Socket, tenant: Tenant): void {
    this.hearersOf(tenant).waiting.set(socket, []);
  }

  /** Ends the waiting of a socket: it hears what was kept, in order, and all that follows. */
  admit(socket: Socket, tenant: Tenant): void {
    const kept = this.byDatabase.get(tenant.database)?.waiting.get(socket);
    if (kept === undefined) return;
    for (const { name, payload } of kept) socket.emit(name, payload);
    this.join(socket, tenant);
    this.byDatabase.get(tenant.database)?.waiting.delete(socket);
  }

  /** The socket hears this tenant no longer, and what was kept for it is forgotten. */
  leave(socket: Socket, { database }: Tenant): void {
    const hearers = this.byDatabase.get(database);
    if (hearers === undefined) return;
    hearers.waiting.delete(socket);
    if (hearers.sockets.delete(socket)) this.takeOut(socket, hearers);
    if (hearers.sockets.size === 0 && hearers.waiting.size === 0) this.byDatabase.delete(database);
  }

  /** The tenant of this database, where anybody hears it. */
  tenantOf(database: string): Tenant | null {
    return this.byDatabase.get(database)?.tenant ?? null;
  }

  /** All sockets that hear a tenant or wait to. */
  all(): { socket: Socket; tenant: Tenant }[] {
    return [...this.byDatabase.values()].flatMap(({ tenant, sockets, waiting }) => [...sockets, ...waiting.keys()].map((socket) => ({ socket, tenant })));
  }

  /** Tells everybody who hears this database. */
  push(database: string, event: LiveEvent): void {
    const hearers = this.byDatabase.get(database);
    if (hearers === undefined) return;
    for (const { conn } of hearers.sockets) if (isBehind(conn, MOST_QUEUED)) this.closeBehind(conn);
    for (const namespace of hearers.namespaces.keys()) namespace.to(database).emit(event.name, event.payload);
    for (const kept of hearers.waiting.values()) kept.push(event);
    this.metrics.countPushed(event.kind);
  }

  // What it missed it finds by its calls when it comes back.
  private closeBehind(connection: Connection): void {
    connection.close(true);
    this.metrics.countDropped('not_read');
  }

  private hearersOf(tenant: Tenant): Hearers {
    const known = this.byDatabase.get(tenant.database);
    const hearers = known ?? { tenant, sockets: new Set(), namespaces: new Map<Namespace, number>(), waiting: new Map<Socket, LiveEvent[]>() };
    this.byDatabase.set(tenant.database, hearers);
    return hearers;
  }

  private takeOut(socket: Socket, { tenant, namespaces }: Hearers): void {
    void socket.leave(tenant.database);
    const others = (namespaces.get(socket.nsp) ?? 1) - 1;
    if (others === 0) namespaces.delete(socket.nsp);
    else namespaces.set(socket.nsp, others);
    this.metrics.sockets.dec();
  }
}
