import { load } from '../load.mjs';
import { call, historyOf, listOf } from '../requests.mjs';
import { inRounds, ratioOf } from '../rounds.mjs';
import { aRoom, fill } from '../seed.mjs';

const TENANT = 'histories';

/** The newest 50 messages of rooms with few and very many, and the lists that these rooms are in. */
export const history = {
  name: 'history',
  async run({ stand, quick, step }) {
    const [few, some, many] = quick ? [10, 100, 1_000] : [10, 1_000, 100_000];
    step(`${few + some + many} messages`);
    const database = stand.client.db((await stand.register([TENANT])).get(TENANT));
    // Each of them is the one room of an agent.
    const rooms = [few, some, many].map((messages, number) => aRoom({ tenant: TENANT, agent: String(messages), number, messages }));
    await fill(database, rooms);
    const service = await stand.startService();
    const calls = new Map([...rooms.map((room) => [historyName(room.seq), historyOf(TENANT, room._id)]), ...[few, many].map((messages) => [listName(messages), listOf(TENANT, String(messages))])]);
    for (const [, one] of calls) await call(service.url, one);
    const contenders = [...calls].map(([name, one]) => toContender(service, name, one));
    const rows = await inRounds(contenders, { stand, rounds: quick ? 1 : 15, seconds: 0.4, step });
    return { rows, ratios: toRatios(rows, { few, some, many }) };
  },
};

const historyName = (messages) => `history of ${messages.toLocaleString('en')}`;
const listName = (messages) => `list with a room of ${messages.toLocaleString('en')}`;

function toContender({ pid, url }, name, one) {
  // All of them warm the same process.
  return { name, pid, warmUpSeconds: 2, load: (seconds) => load({ url, next: () => one, seconds, connections: 1 }) };
}

function toRatios(rows, { few, some, many }) {
  const p50 = (one, other) => ratioOf(rows, 'p50', one, other);
  return [
    { name: `history: p50 of a list with ${many.toLocaleString('en')} messages to ${few}`, value: p50(listName(many), listName(few)), most: 1.1 },
    { name: `history: p50 of the newest 50 of ${many.toLocaleString('en')} to ${some.toLocaleString('en')}`, value: p50(historyName(many), historyName(some)) },
  ];
}
