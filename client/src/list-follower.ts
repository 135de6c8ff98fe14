import { Rounds, tell } from './rounds.js';
import type { RoomList } from './room-list.js';

/** From where a list is followed. */
export interface ListStart {
  /** `as_of` of a first page that is known already; without it the whole list is told first. */
  readonly as_of?: string;
  /** Hears why what was missed could not be asked for. It is asked for again, unless the service refused it: then at the next connection. */
  readonly onFault?: (error: unknown) => void;
}

/** What of a room decides whether a later answer says anything new. */
interface Listed {
  readonly _id: string;
  readonly updated_date: string;
}

interface Told {
  readonly updatedDate: string;
  readonly text: string;
}

// Every message of a busy deployment would have the list asked for.
const PACE_MS = 1_000;

/** The rooms of a list, and each of them again when it has moved. */
export class ListFollower<R extends Listed> {
  private asOf: string | null;
  private readonly told = new Map<string, Told>();
  private readonly rounds: Rounds;

  constructor(
    private readonly list: RoomList<R>,
    { as_of: asOf = null, onFault }: { readonly as_of?: string | null; readonly onFault?: ListStart['onFault'] },
    private readonly listener: (rooms: R[]) => void,
  ) {
    this.asOf = asOf;
    this.rounds = new Rounds({ work: () => this.findMoved(), onFault, paceMs: PACE_MS });
  }

  /** Something has moved, or may have been missed. */
  catchUp(): void {
    this.rounds.ask();
  }

  end(): void {
    this.rounds.end();
  }

  private async findMoved(): Promise<boolean> {
    let asOf: string | null = null;
    for await (const page of this.list.pages(this.asOf === null ? {} : { updated_since: this.asOf })) {
      asOf ??= page.as_of;
      const moved = page.rooms.filter((room) => this.isNews(room));
      if (moved.length > 0) tell(this.listener, moved);
    }
    this.asOf = asOf ?? this.asOf;
    this.forgetOld(this.asOf ?? '');
    return true;
  }

  // Not by its date: a room may have moved twice within a millisecond.
  private isNews(room: R): boolean {
    const text = JSON.stringify(room);
    if (this.told.get(room._id)?.text === text) return false;
    this.told.set(room._id, { updatedDate: room.updated_date, text });
    return true;
  }

  // What is older than the next question's date is answered again only when it has moved.
  private forgetOld(before: string): void {
    for (const [id, { updatedDate }] of this.told) if (updatedDate < before) this.told.delete(id);
  }
}
