import { Injectable, Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';

import { Quota } from '../auth/index.js';
import { AppError, DtoPipe, pick, TooManyRequestsError, ValidationFailedError } from '../common/index.js';
import { SaveLocationDto, toLocationFields } from '../location/index.js';
import { DatabaseUnavailableError, toId } from '../mongo/index.js';
import { Metrics, traceIdOf, type DropReason } from '../observe/index.js';
import { Handshake, toRequest } from './handshake.js';
import type { Seat } from './seat.js';
import { SocketWork } from './socket-work.js';

const LOCATION_FIELDS = ['agent_id', 'order_id', 'lat', 'lng', 'short_code', 'status'] as const;

/** What sockets say. Nothing of it reaches another socket: what they hear comes from what is stored. */
@Injectable()
export class ReceivedEventsService {
  private readonly logger = new Logger('realtime');
  private readonly pipe = new DtoPipe();

  constructor(
    private readonly handshake: Handshake,
    private readonly quota: Quota,
    private readonly work: SocketWork,
    private readonly metrics: Metrics,
  ) {}

  /** Listens to a socket; each event counts only while its tenant still lets the socket in, and as a call of its caller's. */
  listen(socket: Socket): void {
    socket.on('save-message', (payload: unknown) => void this.take(socket, (seat) => this.countUnknown(seat, payload)));
    socket.on('save-user-location', (payload: unknown) => void this.take(socket, (seat) => this.saveLocation(seat, socket, payload)));
  }

  private async take(socket: Socket, work: (admitted: Seat) => Promise<void>): Promise<void> {
    try {
      const seat = await this.handshake.admit(socket);
      this.quota.takeEvent(seat.tenant, seat.caller, toRequest(socket));
      await work(seat);
    } catch (error) {
      if (!(error instanceof AppError)) this.logger.warn({ err: error, trace_id: traceIdOf(socket.request) }, 'an event of a socket could not be taken');
      else this.metrics.countDropped(toReason(error));
    }
  }

  // Old apps repeat the answer of their own send. The message was pushed when it was stored, so there is nothing to do but to count
  // what is no such answer. That is for the counter only: where calls wait, one less is looked at.
  private async countUnknown({ tenant }: Seat, payload: unknown): Promise<void> {
    const id = toId(idOf(payload));
    if (id === null || (await this.work.isStored(tenant, id)) === false) this.metrics.countDropped('not_stored');
  }

  private async saveLocation(seat: Seat, socket: Socket, payload: unknown): Promise<void> {
    const dto = (await this.pipe.transform(toFlat(payload), { type: 'body', metatype: SaveLocationDto })) as SaveLocationDto;
    await this.work.saveLocation(seat, socket, toLocationFields(dto));
  }
}

function idOf(payload: unknown): string {
  const id = (payload as { chatData?: { _id?: unknown } | null } | null)?.chatData?._id;
  return typeof id === 'string' ? id : '';
}

// What makes a DTO of it walks through all that is in it.
function toFlat(payload: unknown): object {
  const fields = pick(Object(payload) as Record<string, unknown>, LOCATION_FIELDS);
  if (Object.values(fields).some((value) => typeof value === 'object' && value !== null)) throw new ValidationFailedError('A location has no lists or objects.');
  return fields;
}

function toReason(error: AppError): DropReason {
  if (error instanceof DatabaseUnavailableError) return 'database_away';
  if (error instanceof TooManyRequestsError) return 'too_many';
  return error instanceof ValidationFailedError ? 'invalid' : 'refused';
}
