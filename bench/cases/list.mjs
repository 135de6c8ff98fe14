import assert from 'node:assert/strict';

import { drawFrom, eachOf, upTo } from '../numbers.mjs';
import { load } from '../load.mjs';
import { call, listOf } from '../requests.mjs';
import { inRounds, ratioOf, rowOf } from '../rounds.mjs';
import { aRoom, fill, fillOldShape } from '../seed.mjs';

const TENANT = 'main';
const ROOMS_OF_AGENT = 50;
const MESSAGES_OF_ROOM = 30;
const WARM_UP_CALLS = 100;
// Nothing that is put into it stays.
const NO_CACHE = { ROOM_CACHE: '1kb' };
const WARM = 'service, warm';
const COLD = 'service, cold';
const UNCHANGED = 'service, 304';
const PACKED = 'service, gzip';
const [LOOKUP, JOINED, FLOOR] = ['(a) lookup', '(b) joined', '(c) floor'];

/** An agent's whole list: 50 rooms of one of 400 agents, drawn at random for each call. */
export const list = {
  name: 'list',
  async run({ stand, quick, step }) {
    const agents = upTo(quick ? 20 : 400).map((at) => String(141 + at));
    const processes = await start(stand, agents, step);
    step('the same rooms from all, and each agent once');
    await checkAlike(processes, agents[0]);
    const etags = await warmUp(processes, agents);
    const rows = await inRounds(toContenders(processes, agents, etags), { stand, rounds: quick ? 1 : 5, seconds: quick ? 1 : 2, step });
    return { rows, ratios: toRatios(rows) };
  },
};

async function start(stand, agents, step) {
  step(`${agents.length * ROOMS_OF_AGENT} rooms`);
  const database = stand.client.db((await stand.register([TENANT])).get(TENANT));
  const old = stand.client.db('replaced');
  await fill(database, agents.flatMap((agent, at) => roomsOf(agent, at)));
  step('the same in the shape of the replaced service');
  await fillOldShape(database, old);
  step('processes');
  const service = await stand.startService();
  // Its first call makes the indexes.
  await call(service.url, listOf(TENANT, agents[0]));
  return {
    service,
    cold: await stand.startService(NO_CACHE, { name: 'cold' }),
    lookup: await stand.startContender('lookup', { DATABASE: old.databaseName }),
    joined: await stand.startContender('joined', { DATABASE: old.databaseName }),
    floor: await stand.startContender('floor', { DATABASE: database.databaseName }),
  };
}

// The rooms of an agent lie scattered, as they do where all agents work at once.
function roomsOf(agent, at) {
  return upTo(ROOMS_OF_AGENT).map((nth) => aRoom({ tenant: TENANT, agent, number: nth * 1_000 + at, messages: MESSAGES_OF_ROOM, participants: 2 + (nth % 2) }));
}

async function checkAlike(processes, agent) {
  const answerOf = async ({ url }) => JSON.parse((await call(url, listOf(TENANT, agent))).text);
  const expected = await answerOf(processes.service);
  assert.equal(expected.roomData.length, ROOMS_OF_AGENT);
  for (const one of Object.values(processes)) assert.deepEqual(await answerOf(one), expected, `${one.name} answers something else`);
}

/** Asks for each agent once where answers are kept, also packed, and everybody often enough for warm code; answers the agents' ETags. */
async function warmUp({ service, floor, ...others }, agents) {
  const etags = new Map();
  await eachOf(agents, 4, async (agent) => {
    const { headers } = await call(service.url, listOf(TENANT, agent));
    etags.set(agent, headers.get('etag'));
    await call(service.url, listOf(TENANT, agent, { headers: { 'accept-encoding': 'gzip' } }));
    await call(floor.url, listOf(TENANT, agent));
  });
  await eachOf(agents.slice(0, WARM_UP_CALLS), 4, async (agent) => {
    for (const { url } of Object.values(others)) await call(url, listOf(TENANT, agent));
  });
  return etags;
}

function toContenders({ service, cold, lookup, joined, floor }, agents, etags) {
  const contender = (name, { pid, url }, headersOf = () => ({}), status = 200) => {
    const draw = drawFrom(agents);
    const next = () => {
      const agent = draw();
      return listOf(TENANT, agent, { headers: headersOf(agent) });
    };
    return { name, pid, load: (seconds) => load({ url, next, seconds, status }) };
  };
  return [
    contender(WARM, service),
    contender(LOOKUP, lookup),
    contender(JOINED, joined),
    contender(FLOOR, floor),
    contender(COLD, cold),
    contender(UNCHANGED, service, (agent) => ({ 'if-none-match': etags.get(agent) }), 304),
    contender(PACKED, service, () => ({ 'accept-encoding': 'gzip' })),
  ];
}

function toRatios(rows) {
  const speed = (one, other) => ratioOf(rows, 'perSecond', one, other);
  return [
    { name: 'list: warm to (a) lookup', value: speed(WARM, LOOKUP), least: 8 },
    { name: 'list: warm to (b) joined', value: speed(WARM, JOINED) },
    { name: 'list: warm to (c) floor', value: speed(WARM, FLOOR), least: 0.7 },
    { name: 'list: cold to (a) lookup', value: speed(COLD, LOOKUP), least: 2 },
    { name: 'list: 304 to the full answer', value: speed(UNCHANGED, WARM), least: 1.05 },
    { name: 'list: bytes of a 304', value: rowOf(rows, UNCHANGED).bytes, most: 1_023 },
  ];
}
