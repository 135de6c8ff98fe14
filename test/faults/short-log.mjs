import { setTimeout as pause } from 'node:timers/promises';

import { findOut } from './findings.mjs';
import { RELEASES } from './readers.mjs';
import { Scene } from './scene.mjs';

const SEEN_MS = 60_000;
const FILLED_MS = 120_000;
// Large in the log, small on disk: it holds what is written before it is compressed.
const FILLING = { text: 'x'.repeat(15_000_000) };

/** An instance is cut from its MongoDB for longer than that one's log reaches back, while another one stores. */
export const shortLog = {
  name: 'short-log',
  isLong: false,
  scene: ({ seed }) => new Scene({ seed, members: 1, instances: 1, electionTimeoutMs: 500, tenants: 2, rooms: 2, senders: 4, perSecond: 20 }),

  async play(scene, _options, step) {
    const line = await scene.lineTo(scene.set.members[0].port);
    const cutOff = await scene.addInstance({ MONGODB_URI: `mongodb://127.0.0.1:${line.port}/?directConnection=true` });
    const listeners = [];
    for (const tenant of scene.tenants) for (const release of RELEASES) listeners.push(await scene.readers.add({ tenant, url: cutOff.url, release }));
    scene.ledger.begin("cut for longer than MongoDB's log");
    await scene.beginSending();
    await scene.sendsAgain();
    step('filling the log');
    line.shut();
    await scene.sendsAgain();
    await passLog(scene.set);
    line.open();
    await scene.sendsAgain();
    await told(listeners);
    await scene.endSending();
    await scene.readers.haveSeenAll(scene.ledger.acknowledged, { patienceMs: SEEN_MS });
    const { rows, problems, facts } = await findOut(scene);
    const deaf = listeners.filter((reader) => reader.told === 0);
    if (deaf.length > 0) problems.push(`${deaf.length} of ${listeners.length} sockets were not told to catch up after the change stream was lost`);
    if (!(await cutOff.said()).includes('no longer knows where the change stream was')) problems.push('the change stream was resumed: its place was still in the log');
    return { rows, problems, facts };
  },
};

// The log lets go of what is older only when it is full, at a checkpoint.
async function passLog({ client, admin }) {
  await admin.command({ setParameter: 1, syncdelay: 1 });
  const filling = client.db('filling').collection('filling');
  const log = client.db('local').collection('oplog.rs');
  const [{ ts: now }] = await log.find().sort({ $natural: -1 }).limit(1).toArray();
  const isGone = async () => (await log.find().sort({ $natural: 1 }).limit(1).next()).ts.gt(now);
  for (const deadline = Date.now() + FILLED_MS; !(await isGone()); ) {
    if (Date.now() > deadline) throw new Error(`the log still reaches back after ${FILLED_MS / 1_000} s`);
    await filling.insertOne({ ...FILLING }, { writeConcern: { w: 1 } });
    await filling.deleteMany({});
  }
}

async function told(listeners) {
  for (const deadline = Date.now() + SEEN_MS; Date.now() < deadline && listeners.some((reader) => reader.told === 0); ) await pause(100);
}
