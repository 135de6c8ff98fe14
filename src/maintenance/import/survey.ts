import { compareIds, firstIdOf, type Id } from '../../mongo/index.js';
import type { Deployment } from './old-query.js';
import type { ListedRoom, OfRooms, RoomCount, SourceRepository } from './source.repository.js';

/** What a survey meets: a room and how much of each collection says it, or what says a room that is not there. */
export interface Met<Name extends OfRooms> {
  readonly room: ListedRoom | null;
  readonly said: Readonly<Record<Name, RoomCount | null>>;
}

/** All rooms and all that says a room, counted, side by side in the order of ids: in the memory of a batch of each, however many there are. */
export class Survey<Name extends OfRooms> {
  private constructor(
    private readonly names: readonly Name[],
    private readonly rooms: Line<ListedRoom>,
    /** Of each name: of what is new, and of what is older. */
    private readonly counts: readonly (readonly Line<RoomCount>[])[],
  ) {}

  /**
   * Counts what is new: nothing that is stored after this is in it. What is older is counted later, because nobody stores it any more; that is what an
   * id says which is ten minutes older than the newest.
   */
  static async begin<Name extends OfRooms>(source: SourceRepository, names: readonly Name[], from: Id | null, options?: { withNewest: boolean }): Promise<Survey<Name>> {
    const begun: Line<RoomCount>[] = [];
    const counts = names.map(async (name) => {
      const edge = toEdge(await source.newestId(name));
      const isNew = from !== null && compareIds(from, edge) > 0;
      const recent = new Line(source.counts(name, { from: isNew ? from : edge, before: null }, options));
      begun.push(recent);
      await recent.next();
      return isNew ? [recent] : [recent, new Line(source.counts(name, { from, before: edge }, options))];
    });
    try {
      return new Survey(names, new Line(source.listRooms()), await Promise.all(counts));
    } catch (error) {
      await Promise.allSettled(counts);
      await Promise.all(begun.map((line) => line.close()));
      throw error;
    }
  }

  /** Goes through it, once. */
  async *meet(): AsyncGenerator<Met<Name>> {
    const all = [this.rooms, ...this.counts.flat()];
    try {
      // Counting takes its time, and no cursor of the list of rooms waits for it.
      await Promise.all(this.counts.map(async ([, older]) => older?.next()));
      await this.rooms.next();
      for (let id = firstOf(all); id !== undefined; id = firstOf(all)) {
        const at = all.filter((line) => line.isAt(id));
        yield { room: this.rooms.isAt(id) ? this.rooms.head : null, said: this.saidOf(id) };
        for (const line of at) await line.next();
      }
    } finally {
      await Promise.all(all.map((line) => line.close()));
    }
  }

  private saidOf(id: Id | null): Met<Name>['said'] {
    const said = this.counts.map((lines, at) => [this.names[at], toCount(lines.flatMap((line) => (line.isAt(id) ? (line.head ?? []) : [])))]);
    return Object.fromEntries(said) as Met<Name>['said'];
  }
}

const OLDER_MS = 10 * 60 * 1_000;

// Clocks may be ahead, and ids of any time.
function toEdge(newest: Id | null): Id {
  const now = Date.now();
  return firstIdOf(Math.min(newest?.getTimestamp().getTime() ?? now, now) - OLDER_MS);
}

function toCount(counts: readonly RoomCount[]): RoomCount | null {
  const [first, ...others] = counts;
  return first === undefined ? null : others.reduce((sum, { count, newest }) => ({ ...sum, count: sum.count + count, newest: later(sum.newest, newest) }), first);
}

function later(one: Date | null = null, other: Date | null = null): Date | null {
  return one !== null && (other === null || one > other) ? one : other;
}

/** Whether a listed room is of the deployment. */
export function isOf(deployment: Deployment, { db_name: dbName, agent_db: agentDb }: ListedRoom): boolean {
  if (deployment === null) return true;
  return deployment.dbNames.includes(toName(dbName)) || deployment.agentDbs.includes(toName(agentDb));
}

/** A name as text; empty where there is none. */
export function toName(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

interface Head {
  /** Null: no id. */
  readonly _id: Id | null;
}

/** What comes in batches, one by one. */
class Line<T extends Head> {
  head: T | null = null;
  private batch: readonly T[] = [];
  private at = 0;

  constructor(private readonly batches: AsyncGenerator<T[]>) {}

  isAt(id: Id | null): boolean {
    return this.head !== null && compare(this.head._id, id) === 0;
  }

  /** Goes on to the next; to null where there is no more. */
  async next(): Promise<void> {
    this.at++;
    if (this.at >= this.batch.length) await this.refill();
    this.head = this.batch[this.at] ?? null;
  }

  async close(): Promise<void> {
    await this.batches.return(undefined);
  }

  private async refill(): Promise<void> {
    const next = await this.batches.next();
    [this.batch, this.at] = [next.done === true ? [] : next.value, 0];
  }
}

// Undefined: there is no more.
function firstOf(all: readonly Line<Head>[]): Id | null | undefined {
  return all.reduce<Id | null | undefined>((first, { head }) => (head !== null && (first === undefined || compare(head._id, first) < 0) ? head._id : first), undefined);
}

// What is no id comes first, as MongoDB sorts it.
function compare(one: Id | null, other: Id | null): number {
  if (one === null || other === null) return Number(one !== null) - Number(other !== null);
  return compareIds(one, other);
}
