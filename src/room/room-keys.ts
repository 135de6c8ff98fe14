import { BsonFields, TYPES, type Batch } from '../mongo/index.js';

/** What a list knows of a room before it reads it: which state of it is the newest. */
export interface RoomKey {
  /** Its `_id` and its `revision`, as 24 hexadecimal digits. */
  readonly id: string;
  readonly revision: string;
  readonly updatedDate: Date;
}

/** Keys of rooms in the order of a list, as MongoDB has sent them: most lists are known by those bytes, and nobody looks at a key. */
export class RoomKeys {
  static readonly none = new RoomKeys([]);
  private list: readonly RoomKey[] | null = null;

  constructor(
    private readonly batches: readonly Batch[],
    private readonly most = Infinity,
  ) {}

  /** How many there are. */
  get length(): number {
    return Math.min(this.most, this.batches.reduce((sum, { length }) => sum + length, 0));
  }

  /** Bytes that tell these keys, in their order, from all others of the same list; with those behind the first `most`. */
  get bytes(): readonly Buffer[] {
    return this.batches.map(({ bytes }) => bytes);
  }

  /** The first `most` of them. */
  first(most: number): RoomKeys {
    return new RoomKeys(this.batches, most);
  }

  /** The key at a place, decoded alone; null where there are fewer. */
  at(place: number): RoomKey | null {
    if (place < 0 || place >= this.length) return null;
    let left = place;
    for (const batch of this.batches) {
      if (left < batch.length) return batch.read(left, toRoomKey);
      left -= batch.length;
    }
    return null;
  }

  /** The keys. */
  toList(): readonly RoomKey[] {
    return (this.list ??= this.batches.flatMap((batch) => batch.map(toRoomKey)).slice(0, this.most));
  }
}

const FIELDS = new BsonFields(['_id', 'revision', 'updated_date']);

function toRoomKey(bytes: Buffer, at: number): RoomKey {
  const [id = 0, revision = 0, updatedDate = 0] = FIELDS.find(bytes, at) ? FIELDS.places : [];
  const isKey = FIELDS.types[0] === TYPES.id && FIELDS.types[1] === TYPES.id && FIELDS.types[2] === TYPES.date;
  if (!isKey) throw new Error('a stored room has an _id, a revision and an updated_date, each of its own type');
  return { id: toHex(bytes, id), revision: toHex(bytes, revision), updatedDate: new Date(Number(bytes.readBigInt64LE(updatedDate))) };
}

function toHex(bytes: Buffer, at: number): string {
  return bytes.toString('hex', at, at + 12);
}
