import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import { load } from '../load.mjs';
import { upTo } from '../numbers.mjs';
import { call, listOf } from '../requests.mjs';
import { inRounds, ratioOf } from '../rounds.mjs';
import { aRoom, fillRooms } from '../seed.mjs';

const AGENT = '141';
const ROOMS_OF_AGENT = 20;
const [QUIET, NOISY] = ['quiet', 'noisy'];
const LIMIT = 50;
const TIMES = 10;
// What refuses a call is compiled only while there is something to refuse.
const WARM_UP_SECONDS = 12;
const NO_LIMIT = 1_000_000;
// Its backend is one of these, so that a deployment's calls count for it alone.
const HERE = ['127.0.0.0/8'];
// In a thread of its own: its answers must not keep the measured ones waiting to be read.
const NOISE = new URL('../noise.mjs', import.meta.url);
const REFUSER = new URL('../refuser.mjs', import.meta.url);
// A limit lets three seconds' worth pass at once; at ten times its limit a neighbour has had them in a third of a second.
const BURST_OVER_MS = 1_000;
const [ALONE, BESIDE, BURST, ELSEWHERE] = ['alone', `beside ${TIMES} times its limit`, 'the same with its first moments', 'beside as many calls to another server'];

/** A deployment's lists, alone and beside a neighbour that calls ten times as often as it may. */
export const noisy = {
  name: 'noisy',
  async run({ stand, quick, step }) {
    step('two deployments');
    const service = await fillBoth(stand);
    const heard = new Map();
    const refuser = new Worker(REFUSER);
    try {
      const [other] = await once(refuser, 'message');
      const rows = await inRounds(toContenders(service, other, heard), { stand, rounds: quick ? 1 : 5, seconds: quick ? 2 : 2.5, step });
      return { rows, facts: toFacts(heard), ratios: toRatios(rows) };
    } finally {
      await refuser.terminate();
    }
  },
};

function toRatios(rows) {
  return [
    { name: `noisy: p99 beside a neighbour at ${TIMES} times its limit to alone`, value: ratioOf(rows, 'p99', BESIDE, ALONE), most: 2 },
    { name: 'noisy: p99 with its first moments, and the burst that it may have then, to alone', value: ratioOf(rows, 'p99', BURST, ALONE) },
    { name: 'noisy: p99 beside as many calls to another server to alone', value: ratioOf(rows, 'p99', ELSEWHERE, ALONE) },
  ];
}

async function fillBoth(stand) {
  const keys = [QUIET, NOISY];
  const databases = await stand.register(keys);
  const service = await stand.startService({ RATE_LIMIT: 'on' });
  await stand.put(service, QUIET, { open_from: HERE, limits: { calls_per_second: NO_LIMIT } });
  await stand.put(service, NOISY, { open_from: HERE, limits: { calls_per_second: LIMIT } });
  for (const tenant of keys) {
    // Indexes of empty collections are made many times faster than those of full ones.
    await call(service.url, listOf(tenant, AGENT));
    await fillRooms(stand.client.db(databases.get(tenant)), upTo(ROOMS_OF_AGENT).map((number) => aRoom({ tenant, agent: AGENT, number })));
  }
  return service;
}

function toContenders({ pid, url }, other, heard) {
  const ask = (seconds) => load({ url, next: () => listOf(QUIET, AGENT), connections: 4, seconds });
  const beside = (called, { tell = () => undefined, before = 0 } = {}) => async (seconds) => {
    const neighbour = new Worker(NOISE, { workerData: { url: called, call: listOf(NOISY, AGENT), perSecond: TIMES * LIMIT } });
    try {
      await pause(before);
      return await ask(seconds);
    } finally {
      tell(await stop(neighbour));
    }
  };
  return [
    { name: ALONE, pid, load: ask },
    { name: BESIDE, pid, warmUpSeconds: WARM_UP_SECONDS, load: beside(url, { tell: (said) => add(heard, said), before: BURST_OVER_MS }) },
    { name: BURST, pid, warmUpSeconds: 1, load: beside(url) },
    { name: ELSEWHERE, pid, load: beside(other) },
  ];
}

async function stop(neighbour) {
  neighbour.postMessage('stop');
  const [said] = await once(neighbour, 'message');
  return said;
}

function add(heard, { statuses, seconds }) {
  for (const [status, count] of statuses) heard.set(status, (heard.get(status) ?? 0) + count);
  heard.set('seconds', (heard.get('seconds') ?? 0) + seconds);
}

function toFacts(heard) {
  const perSecond = (status) => (heard.get(status) ?? 0) / heard.get('seconds');
  return [
    { name: 'what the neighbour may call a second', value: LIMIT },
    { name: 'what it was answered a second', value: perSecond(200) },
    { name: 'what it was refused a second', value: perSecond(429) },
  ];
}
