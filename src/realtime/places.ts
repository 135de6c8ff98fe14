import { Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';

import { RefusedCalls } from '../audit/index.js';
import { TooManyRequestsError } from '../common/index.js';
import { Metrics } from '../observe/index.js';
import { EffectiveLimits, type Tenant } from '../tenancy/index.js';

/** How many sockets each tenant has here, in all its namespaces together. */
@Injectable()
export class Places {
  private readonly taken = new Map<string, Set<Socket>>();
  private readonly leaving = new WeakMap<Socket, () => void>();

  constructor(
    private readonly limits: EffectiveLimits,
    private readonly refused: RefusedCalls,
    private readonly metrics: Metrics,
  ) {}

  /** The socket is one of the tenant's until it ends, or gives its place back; false where all places are taken. */
  take(socket: Socket, tenant: Tenant): boolean {
    const sockets = this.taken.get(tenant.database) ?? new Set();
    if (sockets.size >= this.limits.of(tenant).sockets) {
      this.refused.count(tenant.key, new TooManyRequestsError());
      this.metrics.countLimited('sockets');
      return false;
    }
    this.taken.set(tenant.database, sockets.add(socket));
    const leave = (): void => {
      if (sockets.delete(socket) && sockets.size === 0) this.taken.delete(tenant.database);
      socket.conn.off('close', leave);
    };
    this.leaving.set(socket, leave);
    socket.once('disconnect', leave);
    // It may go before it is connected, and then nothing is said of a disconnect.
    socket.conn.once('close', leave);
    return true;
  }

  /** The socket hears its tenant no longer. */
  give(socket: Socket): void {
    this.leaving.get(socket)?.();
  }
}
