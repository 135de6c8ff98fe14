import { Injectable } from '@nestjs/common';

import { ANONYMOUS } from '../auth/index.js';
import { MessageRepository, MessageService } from '../message/index.js';
import { RoomRepository, RoomService, type Message } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';
import { aceRooms } from './ace.js';
import { SALESDEMO_CHATS } from './salesdemo.js';

/** The rooms of the demo deployments. */
@Injectable()
export class DemoDataService {
  constructor(
    private readonly roomRepository: RoomRepository,
    private readonly messageRepository: MessageRepository,
    private readonly rooms: RoomService,
    private readonly messages: MessageService,
  ) {}

  /** Stores the API page's rooms as they stand there. */
  async fillAce(tenant: Tenant): Promise<void> {
    const rooms = aceRooms();
    await this.roomRepository.insertAll(tenant, rooms);
    await this.messageRepository.insertAll(tenant, rooms.map((room) => room.last_message).filter((one): one is Message => one !== null));
  }

  /** Makes the chats of agent 133 as callers would, one message after the other. */
  async fillSalesdemo(tenant: Tenant): Promise<void> {
    for (const chat of SALESDEMO_CHATS) {
      const { room } = await this.rooms.create(tenant, ANONYMOUS, chat.room);
      for (const [sender, fields] of chat.messages) await this.messages.store(tenant, ANONYMOUS, room._id, { sender, fields });
    }
  }
}
