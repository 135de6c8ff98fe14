import { Injectable, Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';

import { DtoPipe, ValidationFailedError } from '../common/index.js';
import { LocationService, SaveLocationDto, toLocationFields } from '../location/index.js';
import { HistoryService } from '../message/index.js';
import { toId } from '../mongo/index.js';
import { Metrics } from '../observe/index.js';
import type { Tenant } from '../tenancy/index.js';

/** What sockets say. Nothing of it reaches another socket: what they hear comes from what is stored. */
@Injectable()
export class ReceivedEventsService {
  private readonly logger = new Logger('realtime');
  private readonly pipe = new DtoPipe();

  constructor(
    private readonly history: HistoryService,
    private readonly locations: LocationService,
    private readonly metrics: Metrics,
  ) {}

  /** Listens to a socket of this tenant. */
  listen(socket: Socket, tenant: Tenant): void {
    socket.on('save-message', (payload: unknown) => this.note(tenant, this.countUnknown(tenant, payload)));
    socket.on('save-user-location', (payload: unknown) => this.note(tenant, this.saveLocation(tenant, payload)));
  }

  // Old apps repeat the answer of their own send. The message was pushed when it was stored, so there is nothing to do but to count
  // what is no such answer.
  private async countUnknown(tenant: Tenant, payload: unknown): Promise<void> {
    const id = toId(idOf(payload));
    if (id === null || !(await this.history.isStored(tenant, id))) this.metrics.countDropped('not_stored');
  }

  private async saveLocation(tenant: Tenant, payload: unknown): Promise<void> {
    const dto = (await this.pipe.transform(payload, { type: 'body', metatype: SaveLocationDto })) as SaveLocationDto;
    await this.locations.save(tenant, toLocationFields(dto));
  }

  private note(tenant: Tenant, work: Promise<void>): void {
    void work.catch((error: unknown) => {
      if (error instanceof ValidationFailedError) this.metrics.countDropped('invalid');
      else this.logger.warn({ err: error, tenant: tenant.key }, 'an event of a socket could not be taken');
    });
  }
}

function idOf(payload: unknown): string {
  const id = (payload as { chatData?: { _id?: unknown } | null } | null)?.chatData?._id;
  return typeof id === 'string' ? id : '';
}
