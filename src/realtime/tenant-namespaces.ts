import { Injectable, Logger } from '@nestjs/common';
import type { Server, Socket } from 'socket.io';

import { isNotLookedUp } from '../auth/index.js';
import { InternalError, toAppError, toErrorBody, TooManyRequestsError, type AppError } from '../common/index.js';
import { DatabaseUnavailableError } from '../mongo/index.js';
import { Metrics, traceIdOf } from '../observe/index.js';
import { Audience } from './audience.js';
import { Handshake } from './handshake.js';
import { Places } from './places.js';
import { ReceivedEventsService } from './received-events.service.js';
import type { Seat } from './seat.js';

/** The namespaces `/t/<key>`: made when a registered tenant's first socket comes, let go with its last. */
@Injectable()
export class TenantNamespaces {
  private readonly logger = new Logger('realtime');
  private readonly seats = new WeakMap<Socket, Seat>();

  constructor(
    private readonly handshake: Handshake,
    private readonly audience: Audience,
    private readonly places: Places,
    private readonly received: ReceivedEventsService,
    private readonly metrics: Metrics,
  ) {}

  open(io: Server): void {
    io.of((name, _auth, next) => next(null, this.isNamespace(name)))
      .use((socket, next) => void this.admit(socket, next))
      .on('connection', (socket) => this.welcome(socket));
  }

  // While the directory was never read nobody knows: admit() will close the connection then, and the client tries again.
  private isNamespace(name: string): boolean {
    try {
      return this.handshake.isNamespace(name);
    } catch (error) {
      if (error instanceof DatabaseUnavailableError) return true;
      throw error;
    }
  }

  private async admit(socket: Socket, next: (error?: Error) => void): Promise<void> {
    try {
      const seat = await this.handshake.admit(socket);
      if (!this.places.take(socket, seat)) throw new TooManyRequestsError();
      this.seats.set(socket, seat);
      this.logger.debug({ tenant: seat.tenant.key, role: seat.caller.role, trace_id: traceIdOf(socket.request) }, 'a socket was let in');
      next();
    } catch (thrown) {
      const error = toAppError(thrown);
      this.tell(socket, error);
      // A refused namespace is final to a client; a closed connection it opens again.
      if (error instanceof DatabaseUnavailableError || isNotLookedUp(error)) socket.conn.close();
      next(Object.assign(new Error(error.message), { data: toErrorBody(error, {}) }));
    }
  }

  private tell(socket: Socket, error: AppError): void {
    const facts = { code: error.code, namespace: socket.nsp.name, trace_id: traceIdOf(socket.request) };
    if (error instanceof InternalError) this.logger.error({ ...facts, err: error.cause ?? error }, 'a socket could not be let in');
    else this.logger.log(facts, 'a socket was refused');
    this.metrics.countSocketRefused(error.code);
  }

  private welcome(socket: Socket): void {
    const seat = this.seats.get(socket) as Seat;
    this.audience.join(socket, seat);
    // Both, for who is in a namespace twice over one connection is told of one end only.
    const leave = (): void => this.audience.leave(socket, seat.tenant);
    socket.on('disconnect', leave);
    socket.conn.once('close', leave);
    this.received.listen(socket);
  }
}
