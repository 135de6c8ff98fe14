import { ValidationFailedError } from '../common/index.js';
import { toCheckedId, type RoomKeys, type RoomWindow } from '../room/index.js';
import { readCursor, writeCursor, type CursorSigning } from './cursor.js';
import type { ListPageDto } from './dto/list-page.dto.js';

// How far a catch-up reaches back behind the moment of the question: clocks differ, and a change that is dated before that
// moment may be committed after it – by as long as database work may take (20 s).
const OVERLAP_MS = 30_000;

/** How a page ends: where the next one begins, and since when to ask for what moved meanwhile. */
export interface PageEnd {
  readonly next_cursor: string | null;
  readonly as_of: string;
}

/** The part of a list that one call asks for: all of it, or a page, or what was updated since. */
export class ListPage {
  private constructor(
    /** The rooms to read: one more than `limit`, to see whether there is a next page. */
    readonly window: RoomWindow,
    private readonly limit: number,
    private readonly asOf: Date | null,
    private readonly signing: CursorSigning,
  ) {}

  /** The part of at most `most` rooms. @throws ValidationFailedError (`cursor` without `limit`), CursorInvalidError */
  static of({ limit, cursor, updated_since }: ListPageDto, most: number, signing: CursorSigning): ListPage {
    if (cursor !== undefined && limit === undefined) throw new ValidationFailedError('limit is required beside cursor.');
    const { after, asOf } = cursor === undefined ? { after: undefined, asOf: new Date(Date.now() - OVERLAP_MS) } : readCursor(cursor, signing);
    const cut = Math.min(limit ?? most, most);
    const window = { after, updatedSince: updated_since, limit: cut + 1 };
    const isWhole = limit === undefined && updated_since === undefined;
    return new ListPage(window, cut, isWhole ? null : asOf, signing);
  }

  /** The page's own rooms out of those that were read. */
  cut(found: RoomKeys): RoomKeys {
    return found.first(this.limit);
  }

  /** How the page ends, or null where the whole list was asked for. */
  endOf(found: RoomKeys): PageEnd | null {
    return this.asOf === null ? null : { next_cursor: this.nextCursor(found, this.asOf), as_of: this.asOf.toISOString() };
  }

  private nextCursor(found: RoomKeys, asOf: Date): string | null {
    const last = found.length <= this.limit ? undefined : found.toList()[this.limit - 1];
    return last === undefined ? null : writeCursor({ after: { updatedDate: last.updatedDate, id: toCheckedId(last.id) }, asOf }, this.signing);
  }
}
