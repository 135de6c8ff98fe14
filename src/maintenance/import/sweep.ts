import { ByPlace } from './by-place.js';
import { readDate, readMade } from './old-values.js';
import type { OldDocument } from './old-documents.js';
import type { SameName, Wanted } from './old-query.js';
import { Slice } from './slice.js';
import { ROOM_FIELD_OF, type OfRooms, type SourceRepository } from './source.repository.js';
import type { Tally } from './tally.js';

const ROOMS_A_SLICE = 500;

/** One reading of all participants and messages of the source, from end to end, for as many rooms as one query may name. */
export class Sweep {
  readonly sources: Readonly<Record<OfRooms, ByPlace>>;

  private constructor(
    private readonly source: SourceRepository,
    private readonly names: readonly SameName[],
    wanted: Wanted,
  ) {
    const read = (name: OfRooms): ByPlace => new ByPlace(ROOM_FIELD_OF[name], source.readOrdered(name, wanted));
    this.sources = { roomusers: read('roomusers'), chats: read('chats') };
  }

  static async begin(source: SourceRepository, names: readonly SameName[], from: Wanted['from']): Promise<Sweep> {
    const ids = names.flatMap((name) => name.ids);
    const places = names.flatMap((name, place) => name.ids.map(() => place));
    const known = new Map<string, Date>();
    for await (const room of source.readDates(ids)) known.set(String(room._id), dateOf(room));
    // A message without a date is as old as the room that its own becomes part of.
    const dates = places.map((place) => known.get(String(names[place]?.ids[0])) ?? new Date(0));
    return new Sweep(source, names, { ids, places, dates, from });
  }

  /** Ends the reading, also where it was not read to its end. */
  async close(): Promise<void> {
    await Promise.all([this.sources.roomusers.close(), this.sources.chats.close()]);
  }

  /** Its rooms, some at a time, in the order of their places. */
  async *slices(tally: Tally): AsyncGenerator<Slice> {
    for (let from = 0; from < this.names.length; from += ROOMS_A_SLICE) {
      yield await Slice.read(this.source, { from, names: this.names.slice(from, from + ROOMS_A_SLICE) }, tally);
    }
  }
}

function dateOf({ _id: id, created_date: date }: OldDocument): Date {
  try {
    return readDate('created_date', date) ?? readMade(id as SameName['ids'][number]);
  } catch {
    // Its room is reported when it is read.
    return new Date(0);
  }
}
