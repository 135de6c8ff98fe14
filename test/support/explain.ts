import type { mongo } from 'mongoose';

/** MongoDB's plan for a command and what it cost. */
export interface Explained {
  readonly stages: string[];
  readonly indexes: string[];
  readonly returned: number;
  readonly examined: number;
  readonly keys: number;
}

/** The address of MongoDB for a client that tells of its commands. */
export function monitored(uri: string): string {
  if (uri.includes('?')) return `${uri}&monitorCommands=true`;
  return `${uri}${/\/\/[^/]+\//.test(uri) ? '' : '/'}?monitorCommands=true`;
}

/** Tells of every command but those of the change stream, which asks all the time and for no call. */
export function onCommand(client: mongo.MongoClient, listener: (event: mongo.CommandStartedEvent) => void): void {
  client.on('commandStarted', (event) => {
    if (!isOfChangeStream(event)) listener(event);
  });
}

// A change stream over all databases is a cursor of the database admin.
function isOfChangeStream({ databaseName, commandName }: mongo.CommandStartedEvent): boolean {
  return databaseName === 'admin' && ['aggregate', 'getMore', 'killCursors'].includes(commandName);
}

/** Has MongoDB explain a find as it was sent. */
export async function explain(client: mongo.MongoClient, { command, databaseName }: mongo.CommandStartedEvent): Promise<Explained> {
  const { find, filter, projection, sort, limit, hint, batchSize } = command;
  const sent = Object.entries({ find, filter, projection, sort, limit, hint, batchSize }).filter(([, value]) => value !== undefined);
  const plan = await client.db(databaseName).command({ explain: Object.fromEntries(sent), verbosity: 'executionStats' });
  const { totalDocsExamined, totalKeysExamined, nReturned } = plan.executionStats;
  return {
    stages: valuesUnder('stage', plan.queryPlanner.winningPlan),
    indexes: valuesUnder('indexName', plan.queryPlanner.winningPlan),
    returned: nReturned,
    examined: totalDocsExamined,
    keys: totalKeysExamined,
  };
}

/** Every value that stands under `name` anywhere in a plan. */
function valuesUnder(name: string, plan: unknown): string[] {
  if (typeof plan !== 'object' || plan === null) return [];
  return Object.entries(plan).flatMap(([key, value]) => (key === name && typeof value === 'string' ? [value] : valuesUnder(name, value)));
}
