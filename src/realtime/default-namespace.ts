import { Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';

import { AppError } from '../common/index.js';
import type { Tenant } from '../tenancy/index.js';
import { Audience } from './audience.js';
import type { Connection } from './frame-limit.js';
import { Handshake } from './handshake.js';
import { ReceivedEventsService } from './received-events.service.js';

// Clients of engine.io 3 join `/` first, whatever namespace they were asked to join; the namespace follows at once, or never.
const NAMESPACE_WAIT_MS = 5_000;

/**
 * The namespace `/`, which accepts everybody in silence: refusing a connection there gives old clients of `/t/<key>` an error. A socket
 * hears the tenant of its host there, unless its connection joins a tenant's namespace.
 */
@Injectable()
export class DefaultNamespace {
  private readonly named = new WeakSet<Connection>();
  private readonly hearing = new WeakMap<Connection, () => void>();

  constructor(
    private readonly handshake: Handshake,
    private readonly audience: Audience,
    private readonly received: ReceivedEventsService,
  ) {}

  /** Takes a socket in: it hears its tenant at once, or when it is clear that no namespace follows. */
  welcome(socket: Socket): void {
    const tenant = this.tenantOf(socket);
    if (tenant === null) return;
    if (socket.conn.protocol !== 3) this.audience.join(socket, tenant);
    else if (!this.named.has(socket.conn)) this.wait(socket, tenant);
    socket.on('disconnect', () => this.audience.leave(socket, tenant));
    this.received.listen(socket, tenant);
  }

  /** The connection joins a tenant's namespace: if it is an old client's, it hears nothing in `/` from now on. */
  close(connection: Connection): void {
    this.named.add(connection);
    this.hearing.get(connection)?.();
  }

  private wait(socket: Socket, tenant: Tenant): void {
    this.audience.wait(socket, tenant);
    const timer = setTimeout(() => this.audience.admit(socket, tenant), NAMESPACE_WAIT_MS);
    socket.on('disconnect', () => clearTimeout(timer));
    this.hearing.set(socket.conn, () => {
      clearTimeout(timer);
      this.audience.leave(socket, tenant);
    });
  }

  private tenantOf(socket: Socket): Tenant | null {
    try {
      return this.handshake.admit(socket);
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    }
  }
}
