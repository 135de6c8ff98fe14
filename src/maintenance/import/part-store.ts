import { Injectable } from '@nestjs/common';

import { BroughtMessageRepository, MessageRepository } from '../../message/index.js';
import { toId } from '../../mongo/index.js';
import { BroughtRoomRepository, type Room } from '../../room/index.js';
import type { Tenant } from '../../tenancy/index.js';
import { ImportSessionRepository } from './import-session.repository.js';
import type { OldPart } from './old-group.js';
import { toPlan, type Plan } from './plan.js';
import { OutdatedError, tryAgain } from './trying.js';

/** How parts are stored. */
export interface PartOptions {
  /** Identity of the source. */
  readonly source: string;
  readonly dryRun: boolean;
}

/** Parts of rooms as they are stored: what is missing of them, in one transaction. */
@Injectable()
export class PartStore {
  constructor(
    private readonly rooms: BroughtRoomRepository,
    private readonly brought: BroughtMessageRepository,
    private readonly messages: MessageRepository,
    private readonly sessions: ImportSessionRepository,
  ) {}

  /** Stores what is missing of these parts, and answers what that was. @throws ImportRefusedError, DatabaseUnavailableError */
  async bring(tenant: Tenant, parts: readonly OldPart[], options: PartOptions): Promise<Plan[]> {
    const plans = await tryAgain(async (tries) => {
      const planned = toFirsts(await this.plan(tenant, parts, { source: options.source, isCareful: tries > 1 }));
      if (!options.dryRun) await this.store(tenant, planned);
      return planned;
    });
    const stored = new Set(plans.map(({ part }) => part));
    const others = parts.filter((part) => !stored.has(part));
    return others.length === 0 ? plans : [...plans, ...(await this.bring(tenant, others, options))];
  }

  private async plan(tenant: Tenant, parts: readonly OldPart[], { source, isCareful }: { source: string; isCareful: boolean }): Promise<Plan[]> {
    const heads = parts.map(({ group }) => group.head);
    const found = await this.rooms.find(tenant, { names: heads.map(({ fields }) => fields.room_name), ids: parts.flatMap(({ group }) => group.ids) });
    const rooms = parts.map((part) => roomOf(part, found));
    // Of a room that is not here, nothing is.
    const asked = parts.filter((_, at) => isCareful || rooms[at] !== null).flatMap((part) => part.messages.flatMap(({ id }) => toId(id) ?? []));
    const messages = asked.length === 0 ? new Set<string>() : await this.brought.findStored(tenant, asked);
    return parts.map((part, at) => toPlan(part, { room: rooms[at] ?? null, messages, source }));
  }

  private async store(tenant: Tenant, plans: readonly Plan[]): Promise<void> {
    const made = plans.flatMap((plan) => plan.made ?? []);
    const changed = plans.flatMap((plan) => plan.changed ?? []);
    const merged = plans.flatMap((plan) => plan.merged);
    const messages = plans.flatMap((plan) => plan.messages ?? []);
    if (made.length + changed.length + merged.length === 0) return;
    await this.messages.inTransaction(tenant, async (session) => {
      await this.sessions.note(tenant, session);
      if (!(await this.rooms.store(tenant, { made, changed, merged }, session))) throw new OutdatedError();
      if (messages.length > 0) await this.brought.insert(tenant, messages, session);
    });
  }
}

// Those that go into a room of their own: one that others go into too is not as they have seen it any more.
function toFirsts(plans: readonly Plan[]): Plan[] {
  const taken = new Set<string>();
  return plans.filter(({ before: { _id: id } }) => !taken.has(id.toHexString()) && taken.add(id.toHexString()));
}

// A room that is here under the id of one of them stays the same whatever its name is now.
function roomOf({ group: { ids, head } }: OldPart, found: readonly Room[]): Room | null {
  const here = found.filter((room) => ids.some((id) => id.equals(room._id)) || room.room_name === head.fields.room_name);
  return here.find((room) => ids.some((id) => id.equals(room._id))) ?? here[0] ?? null;
}
