import { Inject, Injectable } from '@nestjs/common';

import type { Caller } from '../auth/index.js';
import { ValidationFailedError } from '../common/index.js';
import { CONFIG, type Config } from '../config/index.js';
import { newId, type Id } from '../mongo/index.js';
import {
  asCaller,
  checkIsAmong,
  RoomFullError,
  RoomRepository,
  RoomService,
  writableBy,
  type Belonging,
  type Joiner,
  type Message,
  type MessageFields,
  type NewMessage,
  type Room,
} from '../room/index.js';
import { EffectiveLimits, type Tenant } from '../tenancy/index.js';
import { MessageRepository } from './message.repository.js';
import { asSender, type SentFields } from './message.js';
import { RoomQueue } from './room-queue.js';

const WAITING_PER_ROOM = 200;

interface Sending {
  readonly joiner: Joiner;
  readonly message: NewMessage;
  /** Rooms that the sender may write in. */
  readonly of: readonly Belonging[] | null;
}

/** Storing messages and reading them back. */
@Injectable()
export class MessageService {
  // Senders of one room would only meet in write conflicts: measured, 50 at once, ten times the throughput behind a queue.
  private readonly queue = new RoomQueue(WAITING_PER_ROOM);

  constructor(
    private readonly messages: MessageRepository,
    private readonly rooms: RoomRepository,
    private readonly roomService: RoomService,
    private readonly limits: EffectiveLimits,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** How many messages wait for the one before them in their room. */
  get waiting(): number {
    return this.queue.waiting;
  }

  /**
   * Stores a message; its sender joins the room if not known, and the room's preview, `seq`, `revision` and `updated_date`
   * move with it, all or nothing.
   * @throws NotAllowedError (as somebody else), RoomNotFoundError, RoomFullError, ValidationFailedError (longer than the tenant's may be), RoomBusyError
   */
  async store(tenant: Tenant, caller: Caller, roomId: Id, { sender, fields }: SentFields): Promise<{ message: Message; room: Room }> {
    this.checkLength(tenant, fields);
    const of = writableBy(caller, sender.user_type);
    const message = { _id: newId(), fields: asSender(caller, sender, fields), defaultImage: tenant.settings.default_image };
    const store = (): Promise<Room | null> => this.storeOnce(tenant, roomId, { joiner: asCaller(caller, sender), message, of });
    const room = await this.queue.run(`${tenant.database}/${roomId.toHexString()}`, store);
    if (room === null) return this.refuse(tenant, caller, roomId, of);
    return { message: room.last_message as Message, room };
  }

  private storeOnce(tenant: Tenant, roomId: Id, { joiner, message, of }: Sending): Promise<Room | null> {
    const options = { onlyIfNew: false, participantLimit: this.config.limits.participants, of };
    return this.messages.inTransaction(tenant, async (session) => {
      // Ids of the change are made anew for each try, so that no two states of a room ever share a revision.
      const change = { joiner, message, participantId: newId(), revision: newId() };
      const room = await this.rooms.change(tenant, roomId, change, { ...options, session });
      if (room !== null) await this.messages.insert(tenant, room.last_message as Message, session);
      return room;
    });
  }

  private async refuse(tenant: Tenant, caller: Caller, roomId: Id, of: Sending['of']): Promise<never> {
    checkIsAmong(of, await this.roomService.getById(tenant, caller, roomId));
    throw new RoomFullError();
  }

  private checkLength(tenant: Tenant, { message }: MessageFields): void {
    const limit = this.limits.of(tenant).message_characters;
    if ((message ?? '').length > limit) throw new ValidationFailedError(`message must not be longer than ${limit} characters.`);
  }
}
