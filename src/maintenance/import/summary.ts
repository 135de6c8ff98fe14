import type { Share } from './census.js';
import type { OfRooms } from './source.repository.js';
import type { Counts, OldCollection, Tally } from './tally.js';

/** What an import comes to. */
export interface Summary {
  readonly read: Counts;
  readonly written: Counts;
  readonly there: Counts;
  readonly merged: Counts;
  readonly skipped: Counts;
  readonly not_understood: Counts;
  /** Participants and messages of other deployments of the source. */
  readonly of_others: Record<OfRooms, number>;
  /** Reasons for what was skipped, not understood or differs, and how often. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Fields that nobody asks for and that were not kept, and how often. */
  readonly fields_left_out: Readonly<Record<string, number>>;
  /** Rooms whose checksum or count in the tenant is not that of the source; null: nothing was written. */
  readonly rooms_that_differ: number | null;
  /** The same of locations. */
  readonly locations_that_differ: number | null;
  /** Counts that do not add up. */
  readonly faults: readonly string[];
  readonly seconds: number;
  /** Whether all agrees. */
  readonly agrees: boolean;
}

/** What the tally comes to, compared with what was counted when the run began. */
export function toSummary(tally: Tally, census: Record<OfRooms, Share>, { dryRun, seconds }: { dryRun: boolean; seconds: number }): Summary {
  const faults = [...toFaults(tally, census)];
  const isUnderstood = Object.values(tally.notUnderstood).every((count) => count === 0);
  return {
    read: tally.readings,
    written: tally.written,
    there: tally.there,
    merged: tally.merged,
    skipped: tally.skipped,
    not_understood: tally.notUnderstood,
    of_others: { roomusers: census.roomusers.ofOthers, chats: census.chats.ofOthers },
    reasons: Object.fromEntries(tally.reasons),
    fields_left_out: Object.fromEntries(tally.leftOut),
    rooms_that_differ: dryRun ? null : tally.differing.rooms,
    locations_that_differ: dryRun ? null : tally.differing.userlocations,
    faults,
    seconds: Math.round(seconds * 10) / 10,
    agrees: faults.length === 0 && isUnderstood && tally.differing.rooms + tally.differing.userlocations === 0,
  };
}

const COLLECTIONS = ['rooms', 'roomusers', 'chats', 'userlocations'] as const satisfies readonly OldCollection[];

function* toFaults(tally: Tally, census: Record<OfRooms, Share>): Generator<string> {
  for (const collection of COLLECTIONS) {
    const parts = [tally.written, tally.there, tally.merged, tally.skipped, tally.notUnderstood];
    const sum = parts.reduce((total, part) => total + part[collection], 0);
    if (sum !== tally.readings[collection]) yield `${collection}: ${tally.readings[collection]} were read and ${sum} accounted for`;
  }
  for (const collection of ['roomusers', 'chats'] as const) {
    const orphans = tally.orphans[collection];
    const read = tally.readings[collection] - orphans;
    if (read < census[collection].ours) yield `${collection}: ${census[collection].ours} were there when the run began and ${read} were read`;
  }
}

/** The summary for people. */
export function toText(summary: Summary): string {
  const row = (name: string, counts: Counts): string => `${name.padEnd(16)}${COLLECTIONS.map((collection) => String(counts[collection]).padStart(13)).join('')}`;
  const list = (title: string, counts: Readonly<Record<string, number>>): string[] => {
    const lines = Object.entries(counts).map(([text, count]) => `  ${text} (${count})`);
    return lines.length === 0 ? [] : [title, ...lines];
  };
  return [
    `${''.padEnd(16)}${['rooms', 'participants', 'messages', 'locations'].map((name) => name.padStart(13)).join('')}`,
    row('read', summary.read),
    row('written', summary.written),
    row('there already', summary.there),
    row('merged', summary.merged),
    row('skipped', summary.skipped),
    row('not understood', summary.not_understood),
    ...list('reasons:', summary.reasons),
    ...list('fields that are not kept:', summary.fields_left_out),
    `of other deployments: ${summary.of_others.roomusers} participants, ${summary.of_others.chats} messages`,
    `that differ: ${summary.rooms_that_differ === null ? 'nothing was written' : `${summary.rooms_that_differ} rooms, ${summary.locations_that_differ} locations`}`,
    ...summary.faults,
    summary.agrees ? `source and tenant agree (${summary.seconds} s)` : `source and tenant do NOT agree (${summary.seconds} s)`,
  ].join('\n');
}
