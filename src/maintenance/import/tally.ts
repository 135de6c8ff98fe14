import { NotUnderstoodError } from './old-values.js';

export type OldCollection = 'rooms' | 'roomusers' | 'chats' | 'userlocations';

/** What became of one document of the source that is not simply here now. */
export interface Finding {
  readonly collection: OldCollection;
  readonly _id: string;
  readonly what: 'merged' | 'skipped' | 'not understood' | 'differs';
  readonly why: string;
}

/** How many documents of each collection. */
export type Counts = Record<OldCollection, number>;

const none = (): Counts => ({ rooms: 0, roomusers: 0, chats: 0, userlocations: 0 });

/** Counts what is read and what becomes of it, and tells of each document that something becomes of which somebody may ask about. */
export class Tally {
  readonly readings = none();
  readonly written = none();
  /** Here already, from an earlier run. */
  readonly there = none();
  readonly merged = none();
  readonly skipped = none();
  /** Those of the skipped whose room is nowhere in the source. */
  readonly orphans = none();
  readonly notUnderstood = none();
  readonly differing = none();
  /** Reasons and how often. */
  readonly reasons = new Map<string, number>();
  /** Fields that nobody asks for and that are not kept, and how often. */
  readonly leftOut = new Map<string, number>();

  constructor(private readonly tell: (finding: Finding) => void) {}

  read(collection: OldCollection): void {
    this.readings[collection]++;
  }

  merge(collection: OldCollection, id: unknown, into: unknown): void {
    this.merged[collection]++;
    this.tell({ collection, _id: String(id), what: 'merged', why: `into ${String(into)}` });
  }

  skip(collection: OldCollection, id: unknown, why: string): void {
    this.skipped[collection]++;
    this.count(collection, why);
    this.tell({ collection, _id: toIdText(id), what: 'skipped', why });
  }

  /** Leaves out so many at once, of which nobody asks for each. */
  leave(collection: OldCollection, count: number, why: string): void {
    if (count === 0) return;
    this.readings[collection] += count;
    this.skipped[collection] += count;
    this.count(collection, why, count);
  }

  /** Leaves out what says no room that there is. */
  orphan(collection: OldCollection, id: unknown, why: string): void {
    this.read(collection);
    this.orphans[collection]++;
    this.skip(collection, id, why);
  }

  misunderstand(collection: OldCollection, id: unknown, error: unknown): void {
    if (!(error instanceof NotUnderstoodError)) throw error;
    this.notUnderstood[collection]++;
    this.count(collection, error.message);
    this.tell({ collection, _id: toIdText(id), what: 'not understood', why: error.message });
  }

  differ(collection: OldCollection, id: unknown, why: string): void {
    this.differing[collection]++;
    this.count(collection, why);
    this.tell({ collection, _id: String(id), what: 'differs', why });
  }

  leaveOut(collection: OldCollection, field: string): void {
    add(this.leftOut, `${collection}.${field}`);
  }

  private count(collection: OldCollection, why: string, by = 1): void {
    add(this.reasons, `${collection}: ${why}`, by);
  }
}

// What people wrote can be anything, also in names of fields and in values: no more than so many are kept apart.
const MOST_APART = 100;
const LONGEST = 200;

function add(counts: Map<string, number>, text: string, by = 1): void {
  const known = text.slice(0, LONGEST);
  const name = counts.has(known) || counts.size < MOST_APART ? known : 'others';
  counts.set(name, (counts.get(name) ?? 0) + by);
}

function toIdText(id: unknown): string {
  const isPlain = typeof id === 'string' || typeof id === 'number' || (id as { _bsontype?: string } | null)?._bsontype === 'ObjectId';
  return isPlain ? String(id) : JSON.stringify(id);
}
