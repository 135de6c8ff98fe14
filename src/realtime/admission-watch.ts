import { isDeepStrictEqual } from 'node:util';

import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Socket } from 'socket.io';
import type { Subscription } from 'rxjs';

import { isNotLookedUp, viewOf } from '../auth/index.js';
import { AppError } from '../common/index.js';
import { traceIdOf } from '../observe/index.js';
import { TenantDirectory, type Tenant } from '../tenancy/index.js';
import { Audience } from './audience.js';
import { DefaultNamespace } from './default-namespace.js';
import { Handshake } from './handshake.js';
import { channelsOf, type Seat, type Taken } from './seat.js';

// How long a socket may last beyond its credential.
const EXPIRY_MS = 1_000;
// How much longer it may where a server of the deployment is away that would say whether the credential is good: else each of its pauses closed them all.
const GRACE_MS = 60_000;

/** Looks after the sockets when a tenant changes or a credential ends: those that it no longer lets in are closed, and others may hear it now. */
@Injectable()
export class AdmissionWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('realtime');
  private watching: Subscription | null = null;
  private timer: NodeJS.Timeout | null = null;
  private readonly looking = new Set<Socket>();

  constructor(
    private readonly directory: TenantDirectory,
    private readonly audience: Audience,
    private readonly handshake: Handshake,
    private readonly defaultNamespace: DefaultNamespace,
  ) {}

  onApplicationBootstrap(): void {
    this.watching = this.directory.changes.subscribe(() => {
      void this.closeRefused();
      this.defaultNamespace.lookAgain();
    });
    this.timer = setInterval(() => void this.closeExpired(), EXPIRY_MS);
  }

  beforeApplicationShutdown(): void {
    this.watching?.unsubscribe();
    if (this.timer !== null) clearInterval(this.timer);
  }

  private async closeRefused(): Promise<void> {
    await Promise.all(this.audience.all().map((one) => this.look(one)));
  }

  private async closeExpired(): Promise<void> {
    const now = Date.now();
    const expired = this.audience.all().filter(({ socket, caller }) => caller.expires !== null && caller.expires.getTime() <= now && !this.looking.has(socket));
    await Promise.all(expired.map((one) => this.look(one)));
  }

  private async look({ socket, ...seat }: Taken): Promise<void> {
    this.looking.add(socket);
    const now = await this.seatNow(socket, seat).finally(() => this.looking.delete(socket));
    if (now !== null) {
      this.audience.renew(socket, now);
      return;
    }
    // A connection that polls may last a little longer than this.
    this.audience.leave(socket, seat.tenant);
    // Not by a disconnect, which clients take as final: they come again, and are let in where they are welcome now or told why not.
    socket.conn.close(true);
  }

  // Null where it may not hear what it heard.
  private async seatNow(socket: Socket, seat: Seat): Promise<Seat | null> {
    try {
      const now = await this.handshake.admit(socket);
      return isDeepStrictEqual(placeOf(now), placeOf(seat)) ? now : null;
    } catch (error) {
      if (!(error instanceof AppError)) {
        this.logger.error({ err: error, trace_id: traceIdOf(socket.request) }, 'a socket could not be looked at again');
        return null;
      }
      return isNotLookedUp(error) && this.mayWait(seat) ? seat : null;
    }
  }

  private mayWait({ tenant, caller }: Seat): boolean {
    const now = this.directory.findByKey(tenant.key);
    return now !== null && isDeepStrictEqual(termsOf(now), termsOf(tenant)) && caller.expires !== null && Date.now() < caller.expires.getTime() + GRACE_MS;
  }
}

// Who has no channels has a view all the same.
function placeOf(seat: Seat): readonly unknown[] {
  return [seat.tenant.cluster, viewOf(seat.tenant, seat.caller).id, channelsOf(seat)];
}

// What decides whether a token is good, and what it shows.
function termsOf({ database, cluster, settings }: Tenant): readonly unknown[] {
  return [database, cluster, settings];
}
