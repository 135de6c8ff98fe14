import { toFaults } from './faults.mjs';
import { findOut } from './findings.mjs';
import { groupBy } from './group-by.mjs';
import { RELEASES } from './readers.mjs';
import { Scene } from './scene.mjs';

const SEEN_MS = 60_000;

/** Three mongods and two instances, all of which are broken in turn. */
export const replicaSet = {
  name: 'replica-set',
  isLong: false,

  // Ten seconds without a primary are what MongoDB waits by default before it elects another.
  scene: ({ long, seed }) =>
    new Scene({ seed, members: 3, instances: long ? 3 : 2, electionTimeoutMs: long ? 10_000 : 2_000, tenants: 3, rooms: 3, senders: long ? 24 : 12, perSecond: long ? 100 : 40 }),

  async play(scene, options, step) {
    await addReaders(scene);
    for (const [at, { name, make }] of toFaults(options).entries()) {
      scene.ledger.begin(name);
      if (at === 0) await scene.beginSending();
      step(name);
      await make(scene, step);
    }
    await scene.endSending();
    step('waiting for the readers');
    await scene.readers.haveSeenAll(scene.ledger.acknowledged, { patienceMs: SEEN_MS });
    step('comparing');
    const { facts, ...found } = await findOut(scene);
    return { ...found, facts: [...facts, ...toFacts(scene)] };
  },
};

// Of every deployment: each release at each instance, and over lines that will be bad. Panels begin by polling.
async function addReaders(scene) {
  const [first, second] = scene.instances;
  scene.readerLines = [await scene.lineTo(first.port), await scene.lineTo(second.port)];
  for (const tenant of scene.tenants) {
    for (const { url } of scene.instances) for (const release of RELEASES) await scene.readers.add({ tenant, url, release });
    for (const { url } of scene.readerLines) for (const release of RELEASES) await scene.readers.add({ tenant, url, release });
    await scene.readers.add({ tenant, url: second.url, release: '4.8.4', transports: ['polling', 'websocket'] });
  }
}

function toFacts({ readers }) {
  const sum = (count) => readers.all.reduce((total, reader) => total + count(reader), 0);
  const reasons = [...groupBy(readers.all.flatMap(({ disconnects }) => disconnects), (reason) => reason)];
  return [
    `${readers.all.length} readers: ${sum(({ live }) => live)} messages heard live, ${sum(({ caughtUp }) => caughtUp)} seen first by catching up`,
    `disconnects: ${reasons.map(([reason, times]) => `${times.length} ${reason}`).join(', ')}`,
    `told to catch up: ${sum(({ told }) => told)} times`,
  ];
}
