import { Inject, Injectable } from '@nestjs/common';

import { BroughtMessageRepository } from '../../message/index.js';
import type { Id } from '../../mongo/index.js';
import { BroughtRoomRepository, type Room } from '../../room/index.js';
import type { Tenant } from '../../tenancy/index.js';
import { ofParticipant, ofRoom, readStored, Sums, type StoredMessage } from './checksum.js';
import type { OldDocument } from './old-documents.js';
import { keyOf } from './old-group.js';
import type { Slice } from './slice.js';
import type { Tally } from './tally.js';

/** What is compared. */
export interface Verified {
  readonly slice: Slice;
  readonly source: string;
  /** Only messages of this id and later ones were read. */
  readonly from: Id | null;
}

/** A room that is compared, and the newest message that was moved into it. */
interface Compared {
  readonly place: number;
  readonly room: Room;
  newest: Moment | null;
}

/** Reads back what is stored and compares it with what was read of the source: counts and checksums, room by room. */
@Injectable()
export class Verification {
  constructor(
    @Inject(BroughtRoomRepository) private readonly rooms: BroughtRoomRepository,
    @Inject(BroughtMessageRepository) private readonly messages: BroughtMessageRepository,
  ) {}

  /** Tells the tally of each room that differs. */
  async compare(tenant: Tenant, { slice, source, from }: Verified, tally: Tally): Promise<void> {
    const sums = new Sums(slice.groups.length);
    const places = [...slice.groups.keys()].filter((place) => slice.groups[place] !== null);
    const compared = await this.findRooms(tenant, slice, places);
    const byId = new Map(compared.map((one) => [one.room._id.toHexString(), one]));
    await this.messages.read(tenant, compared.map(({ room }) => room._id), from, (bytes) => {
      const stored = readStored(bytes);
      const one = byId.get(stored.room);
      if (one === undefined) return;
      sums.add(one.place, stored.checksum);
      if (one.newest === null || !isBefore(stored, one.newest)) one.newest = stored;
    });
    const found = new Map(compared.map((one) => [one.place, one]));
    for (const place of places) {
      const why = faultOf(slice, found.get(place) ?? null, { place, sums, source });
      if (why !== null) tally.differ('rooms', slice.headOf(place).id, why);
    }
  }

  private async findRooms(tenant: Tenant, slice: Slice, places: readonly number[]): Promise<Compared[]> {
    const heads = places.map((place) => slice.headOf(place));
    const found = await this.rooms.find(tenant, { names: heads.map(({ fields }) => fields.room_name), ids: heads.map(({ id }) => id) });
    const byName = new Map(found.map((room) => [room.room_name, room]));
    const byId = new Map(found.map((room) => [room._id.toHexString(), room]));
    return places.flatMap((place, at) => {
      const room = byId.get(heads[at]?.id.toHexString() ?? '') ?? byName.get(heads[at]?.fields.room_name ?? '');
      return room === undefined ? [] : [{ place, room, newest: null }];
    });
  }
}

function faultOf(slice: Slice, one: Compared | null, { place, sums, source }: { place: number; sums: Sums; source: string }): string | null {
  if (one === null) return 'the room is not in the tenant';
  const [read, stored] = [slice.sums.counts[place] ?? 0, sums.counts[place] ?? 0];
  if (read !== stored) return 'another number of messages is stored';
  if (!slice.sums.isEqual(sums, place)) return 'a stored message differs';
  const isHead = one.room.brought_by === source && one.room._id.equals(slice.headOf(place).id);
  if (isHead && ofRoom(one.room as unknown as OldDocument) !== slice.checksumOf(place)) return 'a field of the room differs';
  if (!isEverybodyIn(slice, place, one.room)) return 'a participant is missing or differs';
  return isPreviewRight(one) ? null : 'the preview is not the newest message';
}

function isEverybodyIn(slice: Slice, place: number, room: Room): boolean {
  const byId = new Map(room.participants.map((stored) => [stored._id.toHexString(), ofParticipant(stored as unknown as OldDocument)]));
  const keys = new Set(room.participants.map(keyOf));
  return slice.participantsOf(place).every(({ id, key, checksum }) => (byId.get(id.toHexString()) ?? checksum) === checksum && keys.has(key));
}

function isPreviewRight({ room: { last_message: preview, seq }, newest }: Compared): boolean {
  if (newest === null) return true;
  return preview !== null && newest.seq <= seq && !isBefore({ moment: preview.created_date.getTime(), seq: preview.seq }, newest);
}

type Moment = Pick<StoredMessage, 'moment' | 'seq'>;

function isBefore(one: Moment, other: Moment): boolean {
  return one.moment < other.moment || (one.moment === other.moment && one.seq < other.seq);
}
