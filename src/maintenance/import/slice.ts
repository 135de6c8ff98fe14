import type { Id } from '../../mongo/index.js';
import type { Participant } from '../../room/index.js';
import { ofRoom, Sums } from './checksum.js';
import { toOldRoom, type OldRoom } from './old-documents.js';
import { keyOf, toGroup, type OldGroup } from './old-group.js';
import type { SameName } from './old-query.js';
import { checkSize, type Sized } from './sized.js';
import type { SourceRepository } from './source.repository.js';
import type { Tally } from './tally.js';

/** What the source says of somebody in a room. */
export interface Said {
  readonly id: Id;
  readonly key: string;
  readonly checksum: string;
}

/** Some rooms of a sweep, and what was read of them, to be compared with what is stored. */
export class Slice {
  /** By place; null: none of its rooms can be understood. */
  readonly groups: readonly (OldGroup | null)[];
  readonly sums: Sums;
  private readonly said: Said[][];

  private constructor(
    /** Place of its first room in the sweep. */
    readonly from: number,
    names: readonly SameName[],
    rooms: ReadonlyMap<string, OldRoom>,
    private readonly checksums: ReadonlyMap<string, string>,
  ) {
    this.groups = names.map(({ ids }) => toGroup(ids, ids.flatMap((id) => rooms.get(id.toHexString()) ?? [])));
    this.sums = new Sums(names.length);
    this.said = names.map(() => []);
  }

  /** Reads the rooms of these names. */
  static async read(source: SourceRepository, { from, names }: { from: number; names: readonly SameName[] }, tally: Tally): Promise<Slice> {
    const rooms = new Map<string, OldRoom>();
    const checksums = new Map<string, string>();
    for await (const sized of source.readRooms(names.flatMap(({ ids }) => ids))) {
      const room = understand(sized, tally);
      if (room === null) continue;
      rooms.set(room.id.toHexString(), room);
      checksums.set(room.id.toHexString(), ofRoom(sized.document));
    }
    return new Slice(from, names, rooms, checksums);
  }

  headOf(place: number): OldRoom {
    const group = this.groups[place];
    if (group === null || group === undefined) throw new Error(`nothing is to be read for place ${place}`);
    return group.head;
  }

  checksumOf(place: number): string {
    return this.checksums.get(this.headOf(place).id.toHexString()) ?? '';
  }

  addParticipant(place: number, participant: Participant, checksum: string): void {
    this.said[place]?.push({ id: participant._id, key: keyOf(participant), checksum });
  }

  /** What was read of those who are in the room. */
  participantsOf(place: number): readonly Said[] {
    return this.said[place] ?? [];
  }
}

function understand(sized: Sized, tally: Tally): OldRoom | null {
  const { document: old } = sized;
  tally.read('rooms');
  try {
    checkSize(sized.bytes);
    return toOldRoom(old, (field) => tally.leaveOut('rooms', field));
  } catch (error) {
    tally.misunderstand('rooms', old._id, error);
    return null;
  }
}
