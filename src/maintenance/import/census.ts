import type { Id } from '../../mongo/index.js';
import type { Deployment } from './old-query.js';
import { ROOM_FIELD_OF, type OfRooms, type SourceRepository } from './source.repository.js';
import { isOf, survey } from './survey.js';
import type { Tally } from './tally.js';

/** How much of a collection belongs to whom, when it was counted. */
export interface Share {
  readonly ours: number;
  readonly ofOthers: number;
}

const STRAYS_AT_ONCE = 5_000;

/** Counts what is of the deployment and what of others, and tells of each document whose room is not there. */
export async function takeCensus(source: SourceRepository, { deployment, from }: { deployment: Deployment; from: Id | null }, tally: Tally): Promise<Record<OfRooms, Share>> {
  const take = async (name: OfRooms): Promise<Share> => {
    const strays: (Id | null)[] = [];
    let [ours, ofOthers] = [0, 0];
    for await (const { room, said } of survey(source, name, from)) {
      if (said === null) continue;
      if (room === null) strays.push(said._id);
      else if (isOf(deployment, room)) ours += said.count;
      else ofOthers += said.count;
      if (strays.length === STRAYS_AT_ONCE) await tellStrays(source, { name, rooms: strays.splice(0), from }, tally);
    }
    await tellStrays(source, { name, rooms: strays, from }, tally);
    return { ours, ofOthers };
  };
  return { roomusers: await take('roomusers'), chats: await take('chats') };
}

async function tellStrays(source: SourceRepository, { name, rooms, from }: { name: OfRooms; rooms: (Id | null)[]; from: Id | null }, tally: Tally): Promise<void> {
  if (rooms.length === 0) return;
  for await (const old of source.readStrays(name, rooms, from)) {
    const says = old[ROOM_FIELD_OF[name]];
    tally.orphan(name, old._id, says === undefined || says === null ? 'says no room' : 'its room is not in the source');
  }
}
