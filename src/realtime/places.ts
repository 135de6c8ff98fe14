import { Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';

import { RefusedCalls } from '../audit/index.js';
import { Quota } from '../auth/index.js';
import { Counter, TooManyRequestsError } from '../common/index.js';
import { Metrics } from '../observe/index.js';
import type { Connection } from './frames.js';
import { toRequest } from './handshake.js';
import type { Seat } from './seat.js';
import { SilentConnections } from './silent-connections.js';

/** How many sockets each tenant has here, in all its namespaces together, and each of its callers. */
@Injectable()
export class Places {
  private readonly taken = new Counter();
  private readonly leaving = new WeakMap<Socket, () => void>();

  constructor(
    private readonly quota: Quota,
    private readonly refused: RefusedCalls,
    private readonly metrics: Metrics,
    private readonly silent: SilentConnections,
  ) {}

  /** A connection is there, of whose sockets none has a place yet. */
  open(connection: Connection): void {
    this.silent.welcome(connection);
  }

  /** The socket is one of the tenant's until it ends, or gives its place back; false where all places, or all that its caller may have, are taken. */
  take(socket: Socket, { tenant, caller }: Seat): boolean {
    const { most, part } = this.quota.socketsOf(tenant, caller, toRequest(socket));
    const places = [{ name: tenant.database, most }, ...(part === null ? [] : [{ name: `${tenant.database} ${part.who}`, most: part.most }])];
    if (places.some(({ name, most }) => this.taken.of(name) >= most)) {
      this.refused.count(tenant.key, new TooManyRequestsError());
      this.metrics.countLimited('sockets');
      return false;
    }
    this.keep(socket, places.map(({ name }) => name));
    return true;
  }

  /** The socket hears its tenant no longer. */
  give(socket: Socket): void {
    this.leaving.get(socket)?.();
  }

  private keep(socket: Socket, names: readonly string[]): void {
    // It went while its token was looked up, and nothing is said of its end any more.
    if (socket.conn.readyState === 'closed') return;
    for (const name of names) this.taken.add(name);
    this.silent.seat(socket.conn);
    const leave = (): void => {
      if (!this.leaving.delete(socket)) return;
      for (const name of names) this.taken.remove(name);
      this.silent.unseat(socket.conn);
      socket.conn.off('close', leave);
    };
    this.leaving.set(socket, leave);
    socket.once('disconnect', leave);
    // It may go before it is connected, and then nothing is said of a disconnect.
    socket.conn.once('close', leave);
  }
}
