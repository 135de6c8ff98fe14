import { setTimeout as pause } from 'node:timers/promises';

import { INSPECTED, memoryOf } from '../../bench/heap.mjs';
import { eachOf, upTo } from '../../bench/numbers.mjs';
import { cpuSeconds } from '../../bench/processes.mjs';
import { findOut } from './findings.mjs';
import { RELEASES } from './readers.mjs';
import { Scene } from './scene.mjs';

const TENANTS = 100;
// Collecting stops an instance for a moment: often enough to see a slope, seldom enough not to be the load.
const SAMPLES_A_MINUTE = 3;
const FEWEST_SAMPLES = 6;
const SEEN_MS = 60_000;
const FIRST_MS = 300_000;
// Of the smallest, over the last two thirds of the time.
const MOST_GROWTH = 0.1;
const MEGABYTE = 2 ** 20;

/** Many sockets and a steady load for minutes, without any fault: memory stays what it is, and nobody is disconnected. */
export const endurance = {
  name: 'endurance',
  isLong: true,
  scene: ({ seed, rate }) =>
    new Scene({ seed, members: 3, instances: 2, electionTimeoutMs: 10_000, tenants: TENANTS, rooms: 2, senders: TENANTS, perSecond: rate, nodeOptions: INSPECTED }),

  async play(scene, { sockets, rate, minutes }, step) {
    step(`${sockets} sockets`);
    await addReaders(scene, sockets);
    scene.ledger.begin(`first sends of ${TENANTS} deployments`);
    await scene.beginSending();
    await firstSends(scene);
    scene.ledger.begin(`${sockets} sockets, ${rate} sends a second`);
    const before = await cpuOf(scene);
    const began = performance.now();
    const already = scene.ledger.acknowledged.length;
    const heaps = await sample(scene, minutes, step);
    const seconds = (performance.now() - began) / 1_000;
    const answered = scene.ledger.acknowledged.length;
    const cpu = (await cpuOf(scene)).map((used, at) => ((used - before[at]) / seconds).toFixed(2));
    step('waiting for answers and readers');
    await scene.endSending();
    await scene.readers.haveSeenAll(scene.ledger.acknowledged, { patienceMs: SEEN_MS });
    const { rows, problems, facts } = await findOut(scene);
    problems.push(...checkHeaps(heaps), ...checkConnections(scene.readers));
    facts.push(
      `${((answered - already) / seconds).toFixed(1)} of ${rate} sends a second were answered, for ${Math.round(seconds)} s`,
      `CPU, seconds a second: ${cpu[0]} and ${cpu[1]} of the instances, ${cpu[2]} of writers and readers`,
      ...heaps.map((heap, at) => `heap of instance ${at} after collection, MB: ${heap.map((bytes) => (bytes / MEGABYTE).toFixed(1)).join(' ')}`),
    );
    return { rows, problems, facts };
  },
};

async function addReaders({ tenants, instances, readers }, sockets) {
  await eachOf(upTo(sockets), 20, async (at) => {
    const tenant = tenants[at % tenants.length];
    const nth = Math.floor(at / tenants.length);
    await readers.add({ tenant, url: instances[nth % instances.length].url, release: RELEASES[Math.floor(nth / instances.length) % RELEASES.length] });
  });
}

// What a deployment needs for its first send is made then.
async function firstSends({ tenants, ledger }) {
  const deadline = Date.now() + FIRST_MS;
  while (new Set(ledger.acknowledged.map(({ tenant }) => tenant)).size < tenants.length) {
    if (Date.now() > deadline) throw new Error(`some deployments could not send in ${FIRST_MS / 1_000} s`);
    await pause(500);
  }
}

/** Bytes of each instance's heap, at equal distances over the time. */
async function sample({ instances }, minutes, step) {
  const heaps = instances.map(() => []);
  const samples = Math.max(FEWEST_SAMPLES, Math.round(minutes * SAMPLES_A_MINUTE));
  for (let taken = 1; taken <= samples; taken++) {
    await pause((minutes * 60_000) / samples);
    const used = await Promise.all(instances.map(async ({ child }) => (await memoryOf(child)).heapUsed));
    used.forEach((bytes, at) => heaps[at].push(bytes));
    step(`heaps, MB: ${used.map((bytes) => (bytes / MEGABYTE).toFixed(1)).join(', ')}`);
  }
  return heaps;
}

function checkHeaps(heaps) {
  return heaps.flatMap((heap, at) => {
    const last = heap.slice(Math.floor(heap.length / 3));
    const growth = Math.max(...last) / Math.min(...last) - 1;
    return growth > MOST_GROWTH ? [`the heap of instance ${at} is not flat: ${(100 * growth).toFixed(1)} % over the last two thirds`] : [];
  });
}

function checkConnections({ all }) {
  const reasons = all.flatMap(({ disconnects, refusals }) => [...disconnects, ...refusals]);
  return reasons.length === 0 ? [] : [`${reasons.length} times a socket was disconnected or refused: ${[...new Set(reasons)].join(', ')}`];
}

function cpuOf({ instances }) {
  return Promise.all([...instances.map(({ child }) => child.pid), process.pid].map(cpuSeconds));
}
