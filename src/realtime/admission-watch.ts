import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Socket } from 'socket.io';
import type { Subscription } from 'rxjs';

import { AppError } from '../common/index.js';
import { TenantDirectory, type Tenant } from '../tenancy/index.js';
import { Audience } from './audience.js';
import { DefaultNamespace } from './default-namespace.js';
import { Handshake } from './handshake.js';

/** Looks after the sockets when a tenant changes: those that it no longer lets in are closed, and others may hear it now. */
@Injectable()
export class AdmissionWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private watching: Subscription | null = null;

  constructor(
    private readonly directory: TenantDirectory,
    private readonly audience: Audience,
    private readonly handshake: Handshake,
    private readonly defaultNamespace: DefaultNamespace,
  ) {}

  onApplicationBootstrap(): void {
    this.watching = this.directory.changes.subscribe(() => {
      this.closeRefused();
      this.defaultNamespace.lookAgain();
    });
  }

  beforeApplicationShutdown(): void {
    this.watching?.unsubscribe();
  }

  private closeRefused(): void {
    for (const { socket, tenant } of this.audience.all()) {
      if (this.isStillFor(socket, tenant)) continue;
      // A connection that polls may last a little longer than this.
      this.audience.leave(socket, tenant);
      // Not by a disconnect, which clients take as final: they come again, and are let in where they are welcome now or told why not.
      socket.conn.close(true);
    }
  }

  private isStillFor(socket: Socket, { cluster, database }: Tenant): boolean {
    try {
      const now = this.handshake.admit(socket);
      return now.database === database && now.cluster === cluster;
    } catch (error) {
      if (error instanceof AppError) return false;
      throw error;
    }
  }
}
