import { DIFFERENCES, LEFT, type Difference } from './check-compare.js';

const MOST_NAMED = 100;

/** A room that differs from its messages, or that messages name and is not there. */
export interface DifferingRoom {
  /** Its `_id`. */
  readonly room: string;
  readonly differences: readonly Difference[];
  /** Whether it was put right. */
  readonly repaired: boolean;
}

/** What a check found. */
export interface CheckReport {
  /** Key of the tenant. */
  readonly tenant: string;
  readonly rooms: number;
  readonly messages: number;
  /** Places in rooms, up to their `seq`, that no message has: retention makes them, and so does a restore that lost something. */
  readonly holes: number;
  /** How many rooms differ in what. */
  readonly differences: Readonly<Record<Difference, number>>;
  readonly differing: number;
  readonly repaired: number;
  /** Whether everything agrees now. */
  readonly agrees: boolean;
  /** The first of those that differ. */
  readonly first: readonly DifferingRoom[];
}

/** A report while it is made; it keeps the names of the first rooms only. */
export class CheckCount {
  rooms = 0;
  messages = 0;
  holes = 0;
  repaired = 0;
  private differing = 0;
  private readonly first: DifferingRoom[] = [];
  private readonly differences = Object.fromEntries(DIFFERENCES.map((one) => [one, 0])) as Record<Difference, number>;

  add({ room, differences, repaired }: DifferingRoom): void {
    this.differing++;
    if (repaired) this.repaired++;
    for (const one of differences) this.differences[one]++;
    if (this.first.length < MOST_NAMED) this.first.push({ room, differences, repaired });
  }

  toReport(tenant: string): CheckReport {
    const { rooms, messages, holes, repaired, differing, differences, first } = this;
    return { tenant, rooms, messages, holes, differences, differing, repaired, agrees: repaired === differing, first };
  }
}

/** Whether all of these can be put right. */
export function areMendable(differences: readonly Difference[]): boolean {
  return differences.every((one) => !LEFT.has(one));
}
