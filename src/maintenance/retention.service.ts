import { setTimeout as delay } from 'node:timers/promises';

import { Injectable } from '@nestjs/common';

import { MessageUpkeepRepository, type Placed } from '../message/index.js';
import type { Id } from '../mongo/index.js';
import { RoomUpkeepRepository } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';

const AT_ONCE = 500;
// Calls come first: most of the time nothing is being removed.
const PAUSE_MS = 200;

/** What was removed. */
export interface Removed {
  readonly messages: number;
  /** How many rooms have no message any more. */
  readonly emptied: number;
}

/** Old messages removed, in small steps. */
@Injectable()
export class RetentionService {
  constructor(
    private readonly rooms: RoomUpkeepRepository,
    private readonly messages: MessageUpkeepRepository,
  ) {}

  /** Removes the tenant's messages from before the date, some hundred at a time with a pause between, and says after each step what went. */
  async *removeOld(tenant: Tenant, before: Date): AsyncGenerator<Removed> {
    let after: Id | null = null;
    for (;;) {
      const old: Placed[] = await this.messages.findOld(tenant, after, { before, limit: AT_ONCE });
      if (old.length > 0) yield await this.remove(tenant, old, before);
      if (old.length < AT_ONCE) return;
      after = old.at(-1)?._id ?? null;
      await delay(PAUSE_MS);
    }
  }

  private async remove(tenant: Tenant, old: readonly Placed[], before: Date): Promise<Removed> {
    const previews = await this.findPreviews(tenant, old);
    let messages = await this.messages.remove(tenant, old.filter((one) => !previews.includes(one)));
    for (const preview of previews) messages += await this.emptyRoom(tenant, preview, before);
    return { messages, emptied: previews.length };
  }

  private async findPreviews(tenant: Tenant, old: readonly Placed[]): Promise<Placed[]> {
    const rooms = new Map(old.map(({ room }) => [room.toHexString(), room]));
    const previews = await this.rooms.findPreviewIds(tenant, [...rooms.values()]);
    return old.filter(({ _id, room }) => previews.get(room.toHexString()) === _id.toHexString());
  }

  // A preview has the greatest date of its room, so where it is old all are; it goes last, and a room never shows what is gone.
  private async emptyRoom(tenant: Tenant, preview: Placed, before: Date): Promise<number> {
    let removed = 0;
    for (let some = AT_ONCE; some === AT_ONCE; removed += some) {
      some = await this.messages.remove(tenant, await this.messages.findOldOfRoom(tenant, preview, { before, limit: AT_ONCE }));
    }
    return removed + (await this.messages.inTransaction(tenant, async (session) => {
      await this.rooms.removePreview(tenant, preview.room, preview._id, session);
      return this.messages.remove(tenant, [preview], session);
    }));
  }
}
