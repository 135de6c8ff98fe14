import { drawFrom, upTo } from '../numbers.mjs';
import { load } from '../load.mjs';
import { call, listOf } from '../requests.mjs';
import { inRounds, ratioOf } from '../rounds.mjs';
import { aRoom, fill } from '../seed.mjs';

const TENANT = 'pages';
const [MANY, FEW] = ['141', '142'];
const LIMIT = 20;
const [ALL, FIRST, MIDDLE] = ['20 rooms', '10,000 rooms, first page', '10,000 rooms, in the middle'];

/** Pages of 20 rooms of an agent with 10,000 rooms, and of one who has no more than these. */
export const pages = {
  name: 'pages',
  async run({ stand, quick, step }) {
    const many = quick ? 500 : 10_000;
    step(`${many} rooms`);
    const database = stand.client.db((await stand.register([TENANT])).get(TENANT));
    const room = (agent) => (_, number) => aRoom({ tenant: TENANT, agent, number });
    await fill(database, [...upTo(many).map(room(MANY)), ...upTo(LIMIT).map(room(FEW))]);
    const service = await stand.startService();
    step('the cursors of all pages');
    const cursors = await readCursors(service.url);
    const contenders = toContenders(service, cursors.slice(cursors.length * 0.4, cursors.length * 0.6));
    const rows = await inRounds(contenders, { stand, rounds: quick ? 1 : 15, seconds: 0.4, step });
    return { rows, ratios: toRatios(rows) };
  },
};

async function readCursors(url) {
  const cursors = [];
  for (let cursor; cursor !== null; ) {
    const { text } = await call(url, listOf(TENANT, MANY, { page: { limit: LIMIT, cursor } }));
    cursor = JSON.parse(text).next_cursor;
    if (cursor !== null) cursors.push(cursor);
  }
  return cursors;
}

function toContenders({ pid, url }, cursors) {
  const draw = drawFrom(cursors);
  const contender = (name, agent, cursorOf = () => undefined) => {
    const next = () => listOf(TENANT, agent, { page: { limit: LIMIT, cursor: cursorOf() } });
    return { name, pid, load: (seconds) => load({ url, next, seconds, connections: 1 }) };
  };
  return [contender(ALL, FEW), contender(FIRST, MANY), contender(MIDDLE, MANY, draw)];
}

function toRatios(rows) {
  const p50 = (one, other) => ratioOf(rows, 'p50', one, other);
  return [
    { name: 'pages: p50 of the first 20 of 10,000 to 20 of 20', value: p50(FIRST, ALL), most: 1.2 },
    { name: 'pages: p50 of 20 in the middle of 10,000 to 20 of 20', value: p50(MIDDLE, ALL), most: 1.2 },
  ];
}
