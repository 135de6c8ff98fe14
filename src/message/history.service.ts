import { Injectable } from '@nestjs/common';

import type { Caller } from '../auth/index.js';
import { ValidationFailedError } from '../common/index.js';
import type { Id } from '../mongo/index.js';
import { RoomService, toCheckedId, type Message } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';
import type { HistoryDto } from './dto/history.dto.js';
import { MessageRepository, type HistoryWindow } from './message.repository.js';

const NOTHING: HistoryPart = { messages: [], next: null };
// A history that nobody has cut into pages is read in parts of so many: what is in memory of it at once.
const PART = 500;

/** Messages of a room, oldest first. */
export interface HistoryPart {
  readonly messages: Message[];
  /** Reads what follows; null where these are all that were asked for. */
  readonly next: (() => Promise<HistoryPart>) | null;
}

/** Reading messages back. */
@Injectable()
export class HistoryService {
  constructor(
    private readonly messages: MessageRepository,
    private readonly rooms: RoomService,
  ) {}

  /**
   * Messages of a room, oldest first; also by the old id of a room that was merged into it. Without a `limit` they may come in several parts.
   * @throws ValidationFailedError (`before` with `after_seq`, or of another room), RoomNotFoundError
   */
  async find(tenant: Tenant, caller: Caller, roomId: Id, dto: HistoryDto = {}): Promise<HistoryPart> {
    await this.rooms.checkIsOf(tenant, caller, roomId);
    const window = await this.findWindow(tenant, roomId, dto);
    const found = window === null ? NOTHING : await this.read(tenant, roomId, window);
    if (found.messages.length > 0) return found;
    // A room that is not there has no messages either; only then is it worth asking.
    const { _id: id } = await this.rooms.getById(tenant, caller, roomId);
    if (!id.equals(roomId)) return this.find(tenant, caller, id, dto);
    if (window === null) throw new ValidationFailedError('before must be the _id of a message of this room.');
    return NOTHING;
  }

  /** True where a message of that `_id` is stored, in whatever room. */
  isStored(tenant: Tenant, id: Id): Promise<boolean> {
    return this.messages.has(tenant, id);
  }

  private async read(tenant: Tenant, roomId: Id, window: HistoryWindow): Promise<HistoryPart> {
    if (window.limit !== undefined) return { messages: await this.messages.findByRoom(tenant, roomId, window), next: null };
    const messages = await this.messages.findByRoom(tenant, roomId, { ...window, limit: PART, from: 'oldest' });
    const next = (): Promise<HistoryPart> => this.read(tenant, roomId, { ...window, after: messages.at(-1)?.seq });
    return { messages, next: messages.length < PART ? null : next };
  }

  // Null: no message of this room has the id of `before`.
  private async findWindow(tenant: Tenant, roomId: Id, { limit, before, after_seq: after }: HistoryDto): Promise<HistoryWindow | null> {
    if (before !== undefined && after !== undefined) throw new ValidationFailedError('before and after_seq cannot stand together.');
    if (before === undefined) return { after, limit, from: after === undefined ? 'newest' : 'oldest' };
    const seq = await this.messages.findSeq(tenant, roomId, toCheckedId(before));
    return seq === null ? null : { before: seq, limit, from: 'newest' };
  }
}
