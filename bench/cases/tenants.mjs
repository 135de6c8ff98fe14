import { setTimeout as pause } from 'node:timers/promises';

import { INSPECTED, memoryOf } from '../heap.mjs';
import { load } from '../load.mjs';
import { drawFrom, eachOf, median, upTo } from '../numbers.mjs';
import { openFiles } from '../processes.mjs';
import { call, listOf } from '../requests.mjs';
import { inRounds, ratioOf } from '../rounds.mjs';
import { aRoom, fillRooms } from '../seed.mjs';

const AGENT = '141';
const ROOMS_OF_AGENT = 20;
const ALONE = 'alone';
const AT_ONCE = 8;
const COLD_CALLS = 300;
const WARM_UP_CALLS = 300;
const POLL_MS = 100;

/** Many deployments beside one that holds as much, the first call of a deployment, and what a deployment costs in memory and files. */
export const tenants = {
  name: 'tenants',
  async run({ stand, quick, step }) {
    const count = quick ? 30 : 1_000;
    const keys = upTo(count).map((at) => `tenant-${at}`);
    const { service, perTenant } = await fillAll(stand, keys, step);
    const rows = await compare(service, { stand, quick, step, keys });
    await service.stop();
    const calls = await coldCalls(stand, keys.slice(0, COLD_CALLS), step);
    const known = await knownTenants(stand, { like: keys[0], count: quick ? 100 : 10_000, step });
    const used = await usedTenants(stand, keys, step);
    return { rows, facts: [...perTenant, ...calls, ...known.facts, ...used.facts], ratios: toRatios(rows, { keys, known, used }) };
  },
};

async function fillAll(stand, keys, step) {
  step(`${keys.length} deployments`);
  const all = [ALONE, ...keys];
  const databases = await stand.register(all);
  const before = await filesAndConnections(stand);
  const service = await stand.startService();
  // Indexes of empty collections are made many times faster than those of full ones.
  await eachOf(all, AT_ONCE, (key) => call(service.url, listOf(key, AGENT)));
  step('their rooms');
  const roomsOf = (tenant, agent, first) => upTo(ROOMS_OF_AGENT).map((nth) => aRoom({ tenant, agent, number: first + nth }));
  await fillRooms(stand.client.db(databases.get(ALONE)), keys.flatMap((_, at) => roomsOf(ALONE, agentOf(at), at * ROOMS_OF_AGENT)));
  await eachOf(keys, AT_ONCE, (key) => fillRooms(stand.client.db(databases.get(key)), roomsOf(key, AGENT, 0)));
  await callEach(service.url, keys);
  const after = await filesAndConnections(stand);
  const perTenant = [
    { name: 'files of mongod for a deployment (rooms only)', value: (after.files - before.files) / all.length },
    { name: 'connections of mongod before and after', value: `${before.connections} and ${after.connections}` },
  ];
  return { service, perTenant };
}

// Every agent of every deployment once.
async function callEach(url, keys) {
  await eachOf(keys, AT_ONCE, (key) => call(url, listOf(key, AGENT)));
  await eachOf(upTo(keys.length), AT_ONCE, (at) => call(url, listOf(ALONE, agentOf(at))));
}

function agentOf(at) {
  return String(1_000 + at);
}

function compare({ pid, url }, { stand, quick, step, keys }) {
  const [many, one] = namesOf(keys);
  const contender = (name, calls) => {
    const next = drawFrom(calls);
    return { name, pid, load: (seconds) => load({ url, next, seconds }) };
  };
  const contenders = [contender(many, keys.map((key) => listOf(key, AGENT))), contender(one, keys.map((_, at) => listOf(ALONE, agentOf(at))))];
  return inRounds(contenders, { stand, rounds: quick ? 1 : 5, seconds: quick ? 1 : 2, step });
}

function namesOf(keys) {
  const count = keys.length.toLocaleString('en');
  return [`${count} deployments`, `1 deployment with ${count} agents`];
}

async function filesAndConnections(stand) {
  const { connections } = await stand.serverStatus();
  // What mongod holds open besides its connections.
  return { files: (await openFiles(stand.mongodPid)) - connections.current, connections: connections.current };
}

async function coldCalls(stand, keys, step) {
  step('first calls after a start');
  const service = await stand.startService();
  // The code is warm; the deployments are not.
  for (const at of upTo(WARM_UP_CALLS)) await call(service.url, listOf(ALONE, agentOf(at % keys.length)));
  const [first, second] = [await timesOf(service.url, keys), await timesOf(service.url, keys)];
  await service.stop();
  return [
    { name: 'first call of a deployment, p50', value: median(first), unit: 'ms' },
    { name: 'its second call, p50', value: median(second), unit: 'ms' },
  ];
}

async function timesOf(url, keys) {
  const times = [];
  for (const key of keys) {
    const began = performance.now();
    await call(url, listOf(key, AGENT));
    times.push(performance.now() - began);
  }
  return times;
}

async function knownTenants(stand, { like, count, step }) {
  step(`memory of ${count} deployments that nobody uses`);
  const control = 'anteroom_bench_known';
  const service = await stand.startService({ CONTROL_DATABASE: control }, { nodeOptions: INSPECTED });
  const before = await memoryOf(service);
  await stand.registerLike(like, upTo(count).map((at) => `known-${at}`), stand.client.db(control));
  // The last one is known as soon as a call without a credential is refused for that, and no longer for its deployment.
  const isKnown = async () => (await fetch(`${service.url}/t/known-${count - 1}/api/room/fetchRoomByUserAgent`, { method: 'POST' })).status === 403;
  while (!(await isKnown())) await pause(POLL_MS);
  const after = await memoryOf(service);
  await service.stop();
  return toCost('a deployment that is known', before, after, count);
}

async function usedTenants(stand, keys, step) {
  step(`memory of ${keys.length} deployments in use`);
  const service = await stand.startService({ TENANTS_IN_MEMORY: String(2 * keys.length) }, { nodeOptions: INSPECTED });
  for (const at of upTo(WARM_UP_CALLS)) await call(service.url, listOf(ALONE, agentOf(at % keys.length)));
  const before = await memoryOf(service);
  await eachOf(keys, AT_ONCE, (key) => call(service.url, listOf(key, AGENT)));
  const after = await memoryOf(service);
  await service.stop();
  return toCost('a deployment in use', before, after, keys.length);
}

function toCost(what, before, after, count) {
  const cost = (field) => (after[field] - before[field]) / count;
  const facts = ['heapUsed', 'external', 'rss'].map((field) => ({ name: `${what}, ${field}`, value: cost(field), unit: 'bytes' }));
  return { heap: cost('heapUsed'), facts };
}

function toRatios(rows, { keys, known, used }) {
  const [many, one] = namesOf(keys);
  return [
    { name: `tenants: ${many} to 1`, value: ratioOf(rows, 'perSecond', many, one), least: 0.8 },
    { name: 'tenants: bytes of heap for one that is known', value: known.heap, most: 2_048 },
    { name: 'tenants: bytes of heap for one in use', value: used.heap, most: 51_200 },
  ];
}
