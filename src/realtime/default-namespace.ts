import { Injectable, Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';

import { isNotLookedUp } from '../auth/index.js';
import { AppError, TooManyRequestsError } from '../common/index.js';
import { DatabaseUnavailableError } from '../mongo/index.js';
import { Metrics, traceIdOf } from '../observe/index.js';
import { Audience } from './audience.js';
import { CATCH_UP, toCatchUp } from './catch-up.js';
import type { Connection } from './frames.js';
import { Handshake } from './handshake.js';
import { Places } from './places.js';
import { ReceivedEventsService } from './received-events.service.js';
import type { Seat } from './seat.js';

// Clients of engine.io 3 join `/` first, whatever namespace they were asked to join; the namespace follows at once, or never.
const NAMESPACE_WAIT_MS = 5_000;

/**
 * The namespace `/`, which accepts everybody in silence: refusing a connection there gives old clients of `/t/<key>` an error. A socket
 * hears the tenant of its host there, unless its connection joins a tenant's namespace.
 */
@Injectable()
export class DefaultNamespace {
  private readonly logger = new Logger('realtime');
  private readonly named = new WeakSet<Connection>();
  private readonly hearing = new WeakMap<Connection, () => void>();
  private readonly unheard = new Set<Socket>();

  constructor(
    private readonly handshake: Handshake,
    private readonly audience: Audience,
    private readonly places: Places,
    private readonly received: ReceivedEventsService,
    private readonly metrics: Metrics,
  ) {}

  /** Takes a socket in: it hears its tenant at once, or when it is clear that no namespace follows. */
  welcome(socket: Socket): void {
    this.unheard.add(socket);
    socket.on('disconnect', () => this.unheard.delete(socket));
    void this.begin(socket);
  }

  /** Looks again for the tenants of those who hear nobody: one may have come, or may let them in now. */
  lookAgain(): void {
    for (const socket of this.unheard) void this.begin(socket);
  }

  /** A connection is there; whom it wants to hear nobody knows yet. */
  open(connection: Connection): void {
    this.places.open(connection);
  }

  /** An old client asks for a namespace, whether it gets in there or not: it hears nothing in `/` from now on. */
  close(connection: Connection): void {
    this.named.add(connection);
    this.hearing.get(connection)?.();
  }

  private async begin(socket: Socket): Promise<void> {
    const seat = this.named.has(socket.conn) ? null : await this.seatOf(socket);
    // Meanwhile it may have gone, begun, or asked for a namespace.
    if (seat === null || this.named.has(socket.conn) || !this.unheard.delete(socket)) return;
    if (this.places.take(socket, seat)) this.takeIn(socket, seat);
    else this.turnAway(socket);
  }

  private takeIn(socket: Socket, seat: Seat): void {
    if (socket.conn.protocol === 3) this.wait(socket, seat);
    else this.hear(socket, () => this.audience.join(socket, seat));
    socket.on('disconnect', () => this.audience.leave(socket, seat.tenant));
    this.received.listen(socket);
  }

  private wait(socket: Socket, seat: Seat): void {
    const { tenant } = seat;
    this.audience.wait(socket, seat);
    const stop = (): void => {
      this.audience.leave(socket, tenant);
      this.places.give(socket);
    };
    this.unlessNamed(socket, () => this.hear(socket, () => this.audience.admit(socket, tenant)), stop);
  }

  // Its client was connected before it heard anything, and may have asked already for what it missed.
  private hear(socket: Socket, begin: () => void): void {
    begin();
    socket.emit(CATCH_UP, toCatchUp(new Date(socket.handshake.issued)));
  }

  // Its client comes again. An old one may be about to ask for the namespace of another tenant, which has places.
  private turnAway(socket: Socket): void {
    this.metrics.countSocketRefused(new TooManyRequestsError().code);
    if (socket.conn.protocol === 3) this.unlessNamed(socket, () => socket.conn.close());
    else socket.conn.close();
  }

  private unlessNamed(socket: Socket, begin: () => void, stop = (): void => undefined): void {
    const timer = setTimeout(begin, NAMESPACE_WAIT_MS);
    socket.on('disconnect', () => clearTimeout(timer));
    this.hearing.set(socket.conn, () => {
      clearTimeout(timer);
      stop();
    });
  }

  private async seatOf(socket: Socket): Promise<Seat | null> {
    try {
      return await this.handshake.admit(socket);
    } catch (error) {
      const isFault = !(error instanceof AppError);
      if (isFault) this.logger.error({ err: error, trace_id: traceIdOf(socket.request) }, 'a socket could not be let in');
      // Nobody knows the deployments or the credential yet: a client that is closed comes back, one that is silent waits for ever.
      if (isFault || error instanceof DatabaseUnavailableError || isNotLookedUp(error)) socket.conn.close();
      return null;
    }
  }
}
