import { Injectable } from '@nestjs/common';

import { newId, type Id, type Session } from '../mongo/index.js';
import { RoomRepository, type Belonging, type Joiner, type Message, type NewMessage, type Room } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';
import { IdempotencyConflictError } from './message.errors.js';
import { MessageRepository } from './message.repository.js';
import type { SendKey } from './send-key.js';
import { SendKeyRepository } from './send-key.repository.js';

/** A message on its way into a room. */
export interface Sending {
  readonly joiner: Joiner;
  readonly message: NewMessage;
  /** Rooms that the sender may write in. */
  readonly of: readonly Belonging[] | null;
  readonly participantLimit: number;
  /** Null: nobody will repeat it. */
  readonly key: SendKey | null;
}

/** A message that is stored. */
export interface Stored {
  readonly message: Message;
  /** The room with it; null: it was stored before, under the same key. */
  readonly room: Room | null;
}

/** Stores a message, its room's change and its key: all of it or nothing. */
@Injectable()
export class SendTransaction {
  constructor(
    private readonly messages: MessageRepository,
    private readonly rooms: RoomRepository,
    private readonly keys: SendKeyRepository,
  ) {}

  /**
   * Stores the message unless its key has one already, which is answered then; null, and nothing is stored, where the room is not there, not
   * theirs or full.
   * @throws IdempotencyConflictError
   */
  run(tenant: Tenant, roomId: Id, sending: Sending): Promise<Stored | null> {
    return this.messages.inTransaction(tenant, async (session) => {
      // The key first: who waits for another send of it has changed nothing yet, and a room is held no longer than without one.
      const before = sending.key === null ? null : await this.findBefore(tenant, sending.key, sending.message._id, session);
      return before === null ? this.store(tenant, roomId, sending, session) : { message: before, room: null };
    });
  }

  private async store(tenant: Tenant, roomId: Id, { joiner, message, ...options }: Sending, session: Session): Promise<Stored | null> {
    // Ids of the change are made anew for each try, so that no two states of a room ever share a revision.
    const change = { joiner, message, participantId: newId(), revision: newId() };
    const room = await this.rooms.change(tenant, roomId, change, { ...options, onlyIfNew: false, session });
    if (room === null) return null;
    const stored = room.last_message as Message;
    await this.messages.insert(tenant, stored, session);
    return { message: stored, room };
  }

  private async findBefore(tenant: Tenant, key: SendKey, id: Id, session: Session): Promise<Message | null> {
    const taken = await this.keys.take(tenant, key, id, session);
    if (taken === null) return null;
    const message = taken.content === key.content ? await this.messages.findById(tenant, taken.message, session) : null;
    if (message === null) throw new IdempotencyConflictError();
    return message;
  }
}
