import { compareIds, type Id } from '../../mongo/index.js';
import type { Deployment } from './old-query.js';
import type { ListedRoom, OfRooms, RoomCount, SourceRepository } from './source.repository.js';

/** What a survey meets: a room and how much says it, or what says a room that is not there. */
export interface Met {
  readonly room: ListedRoom | null;
  readonly said: RoomCount | null;
}

/** Goes through all rooms and all that says a room side by side, in the order of ids: in the memory of one of each, however many there are. */
export async function* survey(source: SourceRepository, name: OfRooms, from: Id | null, options?: { withNewest: boolean }): AsyncGenerator<Met> {
  const rooms = source.listRooms();
  const counts = source.counts(name, from, options);
  let [room, said] = [await next(rooms), await next(counts)];
  while (room !== null || said !== null) {
    const order = compare(room, said);
    yield { room: order <= 0 ? room : null, said: order >= 0 ? said : null };
    if (order <= 0) room = await next(rooms);
    if (order >= 0) said = await next(counts);
  }
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

async function next<T>(items: AsyncGenerator<T>): Promise<T | null> {
  const item = await items.next();
  return item.done === true ? null : item.value;
}

// What is no id comes first, as MongoDB sorts it.
function compare(room: ListedRoom | null, said: RoomCount | null): number {
  if (room === null) return 1;
  if (said === null) return -1;
  if (said._id === null) return 1;
  return compareIds(room._id, said._id);
}
