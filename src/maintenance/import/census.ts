import type { Id } from '../../mongo/index.js';
import type { Deployment } from './old-query.js';
import { ROOM_FIELD_OF, type OfRooms, type SourceRepository } from './source.repository.js';
import { isOf, Survey } from './survey.js';
import type { Tally } from './tally.js';

/** How much of a collection belongs to whom, when it was counted. */
export interface Share {
  readonly ours: number;
  readonly ofOthers: number;
}

const NAMES = ['roomusers', 'chats'] as const;
const STRAYS_AT_ONCE = 5_000;

/** What is counted, and whose it may be. */
export interface Counted {
  readonly deployment: Deployment;
  /** Only what has this id or a later one; null: everything. */
  readonly from: Id | null;
}

/** How much the source has of the deployment and of others. */
export class Census {
  private constructor(
    private readonly source: SourceRepository,
    private readonly counted: Counted,
    private readonly survey: Survey<OfRooms>,
  ) {}

  /** Counts what is new: what is stored after this is not in it, unless its id is of long ago. */
  static async begin(source: SourceRepository, counted: Counted): Promise<Census> {
    return new Census(source, counted, await Survey.begin(source, NAMES, counted.from));
  }

  /** Finds out whose all of it is, and tells of each document whose room is not there. */
  async take(tally: Tally): Promise<Record<OfRooms, Share>> {
    const { from, deployment } = this.counted;
    const shares = { roomusers: { ours: 0, ofOthers: 0 }, chats: { ours: 0, ofOthers: 0 } };
    const strays: Record<OfRooms, (Id | null)[]> = { roomusers: [], chats: [] };
    for await (const { room, said } of this.survey.meet()) {
      for (const name of NAMES) {
        const { [name]: of } = said;
        if (of === null) continue;
        if (room !== null) shares[name][isOf(deployment, room) ? 'ours' : 'ofOthers'] += of.count;
        else if (strays[name].push(of._id) === STRAYS_AT_ONCE) await tellStrays(this.source, { name, rooms: strays[name].splice(0), from }, tally);
      }
    }
    await Promise.all(NAMES.map((name) => tellStrays(this.source, { name, rooms: strays[name], from }, tally)));
    return shares;
  }
}

async function tellStrays(source: SourceRepository, { name, rooms, from }: { name: OfRooms; rooms: (Id | null)[]; from: Id | null }, tally: Tally): Promise<void> {
  if (rooms.length === 0) return;
  for await (const old of source.readStrays(name, rooms, from)) {
    const says = old[ROOM_FIELD_OF[name]];
    tally.orphan(name, old._id, says === undefined || says === null ? 'says no room' : 'its room is not in the source');
  }
}
