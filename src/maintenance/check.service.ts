import { Injectable } from '@nestjs/common';

import { AuditRepository, type Actor } from '../audit/index.js';
import { MessageUpkeepRepository } from '../message/index.js';
import { toId, type Id } from '../mongo/index.js';
import { RoomRepository, RoomUpkeepRepository, type Room } from '../room/index.js';
import type { Tenant } from '../tenancy/index.js';
import { compare, type Comparison } from './check-compare.js';
import { areMendable, CheckCount, type CheckReport, type DifferingRoom } from './check-report.js';
import { CheckTally } from './check-tally.js';

const ROOMS_AT_ONCE = 100;

/** How a check is made. */
export interface CheckOptions {
  /** Who has what differs put right; null: it is left as it is. */
  readonly repairer: Actor | null;
  /** Hears how many rooms and messages were looked at, and about how many there are. */
  readonly onProgress: (done: number, total: number) => void;
}

/** Rooms compared with their messages, and put right where they differ. */
@Injectable()
export class CheckService {
  constructor(
    private readonly rooms: RoomRepository,
    private readonly roomUpkeep: RoomUpkeepRepository,
    private readonly messages: MessageUpkeepRepository,
    private readonly audit: AuditRepository,
  ) {}

  /**
   * Looks at every room and message once, a hundred rooms at a time, beside whatever callers do. What differs is looked at again in a
   * transaction, so that a message sent meanwhile is no difference.
   */
  async check(tenant: Tenant, { repairer, onProgress }: CheckOptions): Promise<CheckReport> {
    const total = (await this.roomUpkeep.count(tenant)) + (await this.messages.count(tenant));
    const count = new CheckCount();
    const onStep = (): void => onProgress(count.rooms + count.messages, total);
    try {
      let after: Id | null = null;
      do after = await this.checkSome(tenant, after, { count, isRepairing: repairer !== null, onStep });
      while (after !== null);
    } finally {
      if (repairer !== null && count.repaired > 0) await this.record(tenant, repairer, count);
    }
    return count.toReport(tenant.key);
  }

  /** Answers where the next rooms begin; null: these were the last. */
  private async checkSome(tenant: Tenant, after: Id | null, { count, isRepairing, onStep }: Checking): Promise<Id | null> {
    const rooms = await this.roomUpkeep.findBehind(tenant, after, ROOMS_AT_ONCE);
    const upTo = rooms.length < ROOMS_AT_ONCE ? null : (rooms.at(-1)?._id ?? null);
    const tallies = new Map(rooms.map((room) => [room._id.toHexString(), new CheckTally(room.last_message)]));
    const strangers = new Set<string>();
    await this.messages.readOfRooms(tenant, { after, upTo }, (message) => {
      const room = message.room.toHexString();
      tallies.get(room)?.add(message);
      if (!tallies.has(room)) strangers.add(room);
      count.messages++;
      onStep();
    });
    for (const room of rooms) {
      const comparison = compare(room, tallies.get(room._id.toHexString()) as CheckTally);
      count.rooms++;
      if (comparison.differences.length === 0) count.holes += comparison.holes;
      else await this.lookAgain(tenant, room._id, { count, isRepairing, onStep });
      onStep();
    }
    for (const room of await this.findAbsent(tenant, [...strangers])) count.add({ room, differences: ['no_room'], repaired: false });
    return upTo;
  }

  private async lookAgain(tenant: Tenant, id: Id, { count, isRepairing }: Checking): Promise<void> {
    const seen = await this.messages.inTransaction(tenant, async (session) => {
      // Taken first: a sender waits, instead of this having to begin again with each message.
      const room = await (isRepairing ? this.roomUpkeep.take(tenant, id, session) : this.roomUpkeep.findIn(tenant, id, session));
      if (room === null) return null;
      const comparison = await this.compareIn(tenant, room, session);
      const isMended = isRepairing && comparison.differences.some((one) => areMendable([one]));
      if (isMended) await this.mend(tenant, room._id, comparison, session);
      else await session.abortTransaction();
      return comparison;
    });
    if (seen === null) return;
    count.holes += seen.holes;
    if (seen.differences.length > 0) count.add(toDiffering(id, seen, isRepairing));
  }

  private async compareIn(tenant: Tenant, room: Room, session: Session): Promise<Comparison> {
    const tally = new CheckTally(room.last_message);
    await this.messages.readOfRoom(tenant, room._id, session, (message) => tally.add(message));
    return compare(room, tally);
  }

  private async mend(tenant: Tenant, id: Id, { parts, lost }: Comparison, session: Session): Promise<void> {
    if (lost !== null) await this.messages.bringBack(tenant, lost, session);
    await this.roomUpkeep.mend(tenant, id, parts, session);
  }

  // Rooms that were made a moment ago may have come after the rooms of their part were read.
  private async findAbsent(tenant: Tenant, ids: readonly string[]): Promise<string[]> {
    const absent: string[] = [];
    for (let from = 0; from < ids.length; from += ROOMS_AT_ONCE) {
      const some = ids.slice(from, from + ROOMS_AT_ONCE);
      const found = await this.rooms.findAlone(tenant, some.map((id) => toId(id) as Id));
      const known = new Set(found.map(({ _id }) => _id.toHexString()));
      absent.push(...some.filter((id) => !known.has(id)));
    }
    return absent;
  }

  private record({ key: tenant }: Tenant, actor: Actor, count: CheckCount): Promise<void> {
    const { repaired, differences } = count.toReport(tenant);
    return this.audit.append([{ actor, action: 'rooms repaired', tenant, key: null, details: { rooms: repaired, differences } }]);
  }
}

type Session = Parameters<Parameters<MessageUpkeepRepository['inTransaction']>[1]>[0];

interface Checking {
  readonly count: CheckCount;
  readonly isRepairing: boolean;
  readonly onStep: () => void;
}

function toDiffering(id: Id, { differences }: Comparison, isRepairing: boolean): DifferingRoom {
  return { room: id.toHexString(), differences, repaired: isRepairing && areMendable(differences) };
}
