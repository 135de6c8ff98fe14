import type { SourceRepository } from './source.repository.js';
import { Survey, toName } from './survey.js';

/** A deployment as a source shows it: all names that rooms have together. */
export interface Found {
  readonly db_names: readonly string[];
  readonly agent_dbs: readonly string[];
  readonly rooms: number;
  readonly messages: number;
  readonly newest: Date | null;
}

interface Pair {
  readonly dbName: string;
  readonly agentDb: string;
  rooms: number;
  messages: number;
  newest: Date | null;
}

/** The deployments of a source, the largest first: rooms belong together that share a `db_name` or an `agent_db`. */
export async function findDeployments(source: SourceRepository): Promise<Found[]> {
  const groups: Pair[][] = [];
  for (const pair of await readPairs(source)) {
    const near = groups.filter((group) => group.some((one) => isTogether(one, pair)));
    const apart = groups.filter((group) => !near.includes(group));
    groups.splice(0, groups.length, ...apart, [...near.flat(), pair]);
  }
  return groups.map(toFound).sort((one, other) => other.messages - one.messages || other.rooms - one.rooms);
}

async function readPairs(source: SourceRepository): Promise<Iterable<Pair>> {
  const pairs = new Map<string, Pair>();
  const survey = await Survey.begin(source, ['chats'], null, { withNewest: true });
  for await (const { room, said } of survey.meet()) {
    if (room === null) continue;
    const [dbName, agentDb] = [toName(room.db_name), toName(room.agent_db)];
    const key = JSON.stringify([dbName, agentDb]);
    const pair = pairs.get(key) ?? { dbName, agentDb, rooms: 0, messages: 0, newest: null };
    pairs.set(key, pair);
    pair.rooms++;
    pair.messages += said.chats?.count ?? 0;
    const { newest = null } = said.chats ?? {};
    if (newest !== null && (pair.newest === null || newest > pair.newest)) pair.newest = newest;
  }
  return pairs.values();
}

// Rooms without any name are nobody's, and no bridge between others.
function isTogether(one: Pair, other: Pair): boolean {
  if (one.dbName === '' && one.agentDb === '') return other.dbName === '' && other.agentDb === '';
  return (one.dbName !== '' && one.dbName === other.dbName) || (one.agentDb !== '' && one.agentDb === other.agentDb);
}

function toFound(pairs: readonly Pair[]): Found {
  const names = (of: (pair: Pair) => string): string[] => [...new Set(pairs.map(of))].filter((name) => name !== '').sort();
  const dates = pairs.flatMap(({ newest }) => (newest === null ? [] : [newest.getTime()]));
  return {
    db_names: names(({ dbName }) => dbName),
    agent_dbs: names(({ agentDb }) => agentDb),
    rooms: pairs.reduce((sum, { rooms }) => sum + rooms, 0),
    messages: pairs.reduce((sum, { messages }) => sum + messages, 0),
    newest: dates.length === 0 ? null : new Date(Math.max(...dates)),
  };
}
