import { Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';

import { TenantWork } from '../auth/index.js';
import { LocationService, type LocationFields } from '../location/index.js';
import { HistoryService } from '../message/index.js';
import type { Id } from '../mongo/index.js';
import type { Tenant } from '../tenancy/index.js';
import { toRequest } from './handshake.js';
import type { Seat } from './seat.js';

/** What sockets make the database do, in one line with the calls of their tenant. */
@Injectable()
export class SocketWork {
  constructor(
    private readonly works: TenantWork,
    private readonly history: HistoryService,
    private readonly locations: LocationService,
  ) {}

  /** Stores where an agent is. @throws TooManyRequestsError where too much waits already */
  async saveLocation({ tenant, caller }: Seat, socket: Socket, fields: LocationFields): Promise<void> {
    await this.works.run({ tenant, caller, request: toRequest(socket) }, () => this.locations.save(tenant, caller, fields));
  }

  /** Whether a message of that `_id` is stored; null where that would have to wait. */
  async isStored(tenant: Tenant, id: Id): Promise<boolean | null> {
    return this.works.runNow(tenant, () => this.history.isStored(tenant, id));
  }
}
