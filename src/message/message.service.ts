import { Inject, Injectable } from '@nestjs/common';

import type { Caller, Turn } from '../auth/index.js';
import { ValidationFailedError } from '../common/index.js';
import { CONFIG, type Config } from '../config/index.js';
import { newId, type Id } from '../mongo/index.js';
import { RoomFullError, RoomService, Writer, type Message, type MessageFields, type Room } from '../room/index.js';
import { EffectiveLimits, type Tenant } from '../tenancy/index.js';
import type { SentFields } from './message.js';
import { RoomQueue } from './room-queue.js';
import { toSendKey } from './send-key.js';
import { SendTransaction, type Sending } from './send-transaction.js';

const WAITING_PER_ROOM = 200;

/** A message that was stored, and its room. */
export interface Sent {
  readonly message: Message;
  /** As it was left by the message, or of a repeated send as it is today. */
  readonly room: Room;
  /** Whether the same send had stored it before. */
  readonly isRepeated: boolean;
}

/** What the service itself sends is no call, and has no turn among them. */
const OWN: Turn = { take: (work) => work() };

/** Storing messages. */
@Injectable()
export class MessageService {
  // Senders of one room would only meet in write conflicts: measured, 50 at once, ten times the throughput behind a queue.
  private readonly queue = new RoomQueue(WAITING_PER_ROOM);

  constructor(
    private readonly sends: SendTransaction,
    private readonly rooms: RoomService,
    private readonly limits: EffectiveLimits,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** How many messages wait for the one before them in their room. */
  get waiting(): number {
    return this.queue.waiting;
  }

  /**
   * Stores a message; its sender joins the room if not known, and the room's preview, `seq`, `revision` and `updated_date`
   * move with it, all or nothing. A send that has a key is stored once however often it is repeated.
   * It waits for the room first and takes its turn among the calls of its tenant then: a room that is held holds no other call.
   * @throws NotAllowedError (as somebody else), RoomNotFoundError, RoomFullError, IdempotencyConflictError, ValidationFailedError (longer than the tenant's may be), RoomBusyError, and what the turn throws
   */
  async store(tenant: Tenant, caller: Caller, roomId: Id, sent: SentFields, turn: Turn = OWN): Promise<Sent> {
    this.checkLength(tenant, sent.fields);
    const writer = Writer.of(caller, sent.sender);
    const sending = this.toSending(tenant, roomId, writer, sent);
    const inTurn = (): Promise<Sent> => turn.take(() => this.storeNow(tenant, caller, roomId, writer, sending));
    return this.queue.run(`${tenant.database}/${roomId.toHexString()}`, inTurn, turn.signal);
  }

  private async storeNow(tenant: Tenant, caller: Caller, roomId: Id, writer: Writer, sending: Sending): Promise<Sent> {
    const stored = await this.sends.run(tenant, roomId, sending);
    if (stored === null) return this.refuse(tenant, caller, roomId, writer);
    const { message, room } = stored;
    return room === null ? this.repeat(tenant, caller, message) : { message, room, isRepeated: false };
  }

  private toSending(tenant: Tenant, roomId: Id, writer: Writer, { sender, fields, key = null }: SentFields): Sending {
    return {
      joiner: writer.joiner,
      message: { _id: newId(), fields: writer.sign(fields), defaultImage: tenant.settings.default_image },
      of: writer.rooms,
      participantLimit: this.config.limits.participants,
      key: key === null ? null : toSendKey(key, writer, [roomId, sender, fields]),
    };
  }

  // Where nothing has moved the room since, it is answered as it was answered then: as it was before the message.
  private async repeat(tenant: Tenant, caller: Caller, message: Message): Promise<Sent> {
    const room = await this.rooms.getById(tenant, caller, message.room);
    const hasMoved = room.updated_date > message.created_date;
    return { message, room: hasMoved ? { ...room, updated_before: room.updated_date } : room, isRepeated: true };
  }

  private async refuse(tenant: Tenant, caller: Caller, roomId: Id, writer: Writer): Promise<never> {
    writer.checkMayWriteIn(await this.rooms.getById(tenant, caller, roomId));
    throw new RoomFullError();
  }

  private checkLength(tenant: Tenant, { message }: MessageFields): void {
    const limit = this.limits.of(tenant).message_characters;
    if ((message ?? '').length > limit) throw new ValidationFailedError(`message must not be longer than ${limit} characters.`);
  }
}
