import { ValidationFailedError } from '../common/index.js';
import { toCheckedId, type RoomKeys, type RoomWindow } from '../room/index.js';
import { readCursor, writeCursor, type Cursor, type CursorSigning } from './cursor.js';
import type { ListPageDto } from './dto/list-page.dto.js';

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

  /**
   * The part of at most `most` rooms, to be read after this; `findAsOf` says up to when what is read then is complete.
   * @throws ValidationFailedError (`cursor` without `limit`), CursorInvalidError, DatabaseUnavailableError
   */
  static async of(dto: ListPageDto, most: number, signing: CursorSigning, findAsOf: () => Promise<Date>): Promise<ListPage> {
    const { limit, updated_since: updatedSince } = dto;
    const { after, asOf } = readPosition(dto, signing);
    const cut = Math.min(limit ?? most, most);
    const isWhole = limit === undefined && updatedSince === undefined;
    return new ListPage({ after, updatedSince, limit: cut + 1 }, cut, isWhole ? null : (asOf ?? (await findAsOf())), signing);
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
    const last = found.length <= this.limit ? null : found.at(this.limit - 1);
    return last === null ? null : writeCursor({ after: { updatedDate: last.updatedDate, id: toCheckedId(last.id) }, asOf }, this.signing);
  }
}

function readPosition({ limit, cursor }: ListPageDto, signing: CursorSigning): Partial<Cursor> {
  if (cursor === undefined) return {};
  if (limit === undefined) throw new ValidationFailedError('limit is required beside cursor.');
  return readCursor(cursor, signing);
}
