import { setTimeout as pause } from 'node:timers/promises';

import { eachOf, upTo } from '../numbers.mjs';
import { call, historyOf, listOf, messageTo } from '../requests.mjs';
import { aRoom, fill } from '../seed.mjs';

const TENANT = 'commands';
const AGENT = '141';
const ROOMS_OF_AGENT = 50;
// What drivers ask for themselves, and this benchmark.
const NOT_COUNTED = new Set(['hello', 'isMaster', 'ping', 'serverStatus', 'endSessions', 'buildInfo']);
// Less is what happens to fall into one interval and not into the other.
const LEAST = 0.1;

/** The database's commands for a call: mongod's own counts, less those of an equally long time without calls. */
export const commands = {
  name: 'commands',
  async run({ stand, quick, step }) {
    const times = quick ? 50 : 200;
    step(`${ROOMS_OF_AGENT} rooms`);
    const database = stand.client.db((await stand.register([TENANT])).get(TENANT));
    const rooms = upTo(ROOMS_OF_AGENT).map((number) => aRoom({ tenant: TENANT, agent: AGENT, number, messages: 30 }));
    await fill(database, rooms);
    const warm = await stand.startService();
    const cold = await stand.startService({ ROOM_CACHE: '1kb' }, { name: 'cold' });
    const facts = [];
    for (const [name, makeCall] of toCalls({ warm, cold, room: rooms[0]._id })) {
      step(name);
      // The first ones make indexes and cards.
      await eachOf(upTo(5), 1, makeCall);
      facts.push({ name, value: toText(await count(stand, makeCall, times)) });
    }
    return { facts };
  },
};

function toCalls({ warm, cold, room }) {
  const list = listOf(TENANT, AGENT);
  const unchanged = async () => {
    const { headers } = await call(warm.url, list);
    return () => fetch(warm.url + list.path, { ...list, headers: { ...list.headers, 'if-none-match': headers.get('etag') } });
  };
  let known = null;
  return [
    ['list, warm', () => call(warm.url, list)],
    ['list, cold', () => call(cold.url, list)],
    ['list, 304', async () => (await (known ??= unchanged()))()],
    ['history, 50 messages', () => call(warm.url, historyOf(TENANT, room))],
    ['send', () => call(warm.url, messageTo(TENANT, room))],
  ];
}

async function count(stand, makeCall, times) {
  const began = performance.now();
  const busy = await during(stand, () => eachOf(upTo(times), 1, makeCall));
  const length = performance.now() - began;
  const idle = await during(stand, () => pause(length));
  return Object.keys(busy).map((name) => [name, (busy[name] - (idle[name] ?? 0)) / times]);
}

async function during(stand, work) {
  const before = await totals(stand);
  await work();
  const after = await totals(stand);
  return Object.fromEntries(Object.keys(after).map((name) => [name, after[name] - (before[name] ?? 0)]));
}

async function totals(stand) {
  const { metrics } = await stand.serverStatus();
  const counted = Object.entries(metrics.commands).filter(([name, one]) => !NOT_COUNTED.has(name) && Number(one.total) > 0);
  return Object.fromEntries(counted.map(([name, { total }]) => [name, Number(total)]));
}

function toText(counts) {
  const some = counts.filter(([, each]) => each >= LEAST);
  return some.map(([name, each]) => `${name} ${Number(each.toFixed(1))}`).join(', ') || 'none';
}
