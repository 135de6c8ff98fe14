import { Inject, Injectable } from '@nestjs/common';

import { ValidationFailedError } from '../common/index.js';
import { CONFIG, type Config } from '../config/index.js';
import { newId, type Id } from '../mongo/index.js';
import {
  RoomFullError,
  RoomRepository,
  RoomService,
  type Joiner,
  type Message,
  type MessageFields,
  type NewMessage,
  type Room,
} from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';
import { MessageRepository } from './message.repository.js';
import { RoomQueue } from './room-queue.js';

const WAITING_PER_ROOM = 200;

/** Storing messages and reading them back. */
@Injectable()
export class MessageService {
  // Senders of one room would only meet in write conflicts: measured, 50 at once, ten times the throughput behind a queue.
  private readonly queue = new RoomQueue(WAITING_PER_ROOM);

  constructor(
    private readonly messages: MessageRepository,
    private readonly rooms: RoomRepository,
    private readonly roomService: RoomService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Stores a message; its sender joins the room if not known, and the room's preview, `seq`, `revision` and `updated_date`
   * move with it, all or nothing.
   * @throws RoomNotFoundError, RoomFullError, ValidationFailedError (longer than `MESSAGE_LIMIT`), RoomBusyError
   */
  async store(tenant: Tenant, roomId: Id, sender: Joiner, fields: MessageFields): Promise<{ message: Message; room: Room }> {
    this.checkLength(fields);
    const message = { _id: newId(), fields, defaultImage: tenant.settings.default_image };
    const store = (): Promise<Room | null> => this.storeOnce(tenant, roomId, sender, message);
    const room = await this.queue.run(`${tenant.database}/${roomId.toHexString()}`, store);
    if (room === null) return this.refuse(tenant, roomId);
    return { message: room.last_message as Message, room };
  }

  private storeOnce(
    tenant: Tenant,
    roomId: Id,
    joiner: Joiner,
    message: NewMessage,
  ): Promise<Room | null> {
    const options = { onlyIfNew: false, participantLimit: this.config.limits.participants };
    return this.messages.inTransaction(tenant, async (session) => {
      // Ids of the change are made anew for each try, so that no two states of a room ever share a revision.
      const change = { joiner, message, participantId: newId(), revision: newId() };
      const room = await this.rooms.change(tenant, roomId, change, { ...options, session });
      if (room !== null) await this.messages.insert(tenant, room.last_message as Message, session);
      return room;
    });
  }

  private async refuse(tenant: Tenant, roomId: Id): Promise<never> {
    await this.roomService.getById(tenant, roomId);
    throw new RoomFullError();
  }

  private checkLength({ message }: MessageFields): void {
    const limit = this.config.limits.message;
    if ((message ?? '').length > limit) throw new ValidationFailedError(`message must not be longer than ${limit} characters.`);
  }
}
