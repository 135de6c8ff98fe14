/** Which part of a list is asked for. */
export interface PageRequest {
  /** Most rooms of the page, 1 to 500. */
  readonly limit?: number;
  /** `next_cursor` of the page before; needs `limit`. */
  readonly cursor?: string;
  /** Only rooms that moved since, an ISO 8601 date: `as_of` of an earlier first page finds what moved meanwhile. */
  readonly updated_since?: string;
}

/** A page of a list. */
export interface RoomPage<R> {
  readonly rooms: R[];
  /** `cursor` of the next page, null at the end. */
  readonly next_cursor: string | null;
  /** `updated_since` of a later list that finds what moved since the first page was asked for; it overlaps: drop repeats by `_id` and `updated_date`. */
  readonly as_of: string | null;
}

/** Rooms of somebody, newest `updated_date` first; nothing is asked before one of these is called. */
export interface RoomList<R> {
  /** All of them in one answer. */
  all(): Promise<R[]>;
  page(request: PageRequest): Promise<RoomPage<R>>;
  /** One page after the other, 100 rooms each unless said otherwise; no room twice. */
  pages(request?: Omit<PageRequest, 'cursor'>): AsyncGenerator<RoomPage<R>, void, undefined>;
}

interface ListAnswer<R> {
  roomData: R[];
  next_cursor?: string | null;
  as_of?: string;
}

const PAGE_ROOMS = 100;

/** The list that `find` answers parts of. */
export function toRoomList<R>(find: (request: PageRequest) => Promise<ListAnswer<R>>): RoomList<R> {
  const page = async (request: PageRequest): Promise<RoomPage<R>> => {
    const { roomData, next_cursor = null, as_of = null } = await find(request);
    return { rooms: roomData, next_cursor, as_of };
  };
  return {
    all: async () => (await find({})).roomData,
    page,
    async *pages({ limit = PAGE_ROOMS, ...others } = {}) {
      let now = await page({ limit, ...others });
      yield now;
      while (now.next_cursor !== null) {
        now = await page({ limit, ...others, cursor: now.next_cursor });
        yield now;
      }
    },
  };
}
