import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Socket } from 'socket.io';
import type { Subscription } from 'rxjs';

import { AppError } from '../common/index.js';
import { TenantDirectory } from '../tenancy/index.js';
import { Audience } from './audience.js';
import { Handshake } from './handshake.js';

/** Closes the sockets that a change of their tenant no longer lets in. */
@Injectable()
export class AdmissionWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private watching: Subscription | null = null;

  constructor(
    private readonly directory: TenantDirectory,
    private readonly audience: Audience,
    private readonly handshake: Handshake,
  ) {}

  onApplicationBootstrap(): void {
    this.watching = this.directory.changes.subscribe(() => this.closeRefused());
  }

  beforeApplicationShutdown(): void {
    this.watching?.unsubscribe();
  }

  private closeRefused(): void {
    for (const { socket, tenant } of this.audience.all()) {
      if (!this.isStillFor(socket, tenant.database)) socket.disconnect(true);
    }
  }

  private isStillFor(socket: Socket, database: string): boolean {
    try {
      return this.handshake.admit(socket).database === database;
    } catch (error) {
      if (error instanceof AppError) return false;
      throw error;
    }
  }
}
