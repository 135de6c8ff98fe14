import { setTimeout as pause } from 'node:timers/promises';

const CUTS = 6;
const SLOW_MS = 2_000;

/** The faults in the order in which they are made; each `make` resolves when what it broke is whole again. */
export function toFaults({ long }) {
  return [
    { name: 'none', make: () => pause(long ? 20_000 : 4_000) },
    { name: 'primary killed, 3 times', make: (scene) => repeat(3, () => killPrimary(scene)) },
    { name: 'a secondary lost', make: (scene) => loseSecondary(scene, long ? 15_000 : 4_000) },
    { name: `MongoDB stopped ${long ? 20 : 8} s`, make: (scene) => stopMongo(scene, long ? 20_000 : 8_000) },
    { name: 'instances killed in turn', make: (scene) => repeat(long ? 3 : 1, () => killInstances(scene)) },
    { name: 'rolling restart', make: (scene) => repeat(long ? 3 : 1, () => restartInstances(scene)) },
    { name: `change streams cut, ${CUTS} times`, make: cutStreams },
    { name: 'answers lost on their way', make: (scene) => loseAnswers(scene, long ? 60 : 12) },
    { name: "clients' lines cut, slow, dead", make: (scene) => spoilLines(scene, long ? 15 : 4) },
  ];
}

async function repeat(times, make) {
  for (let time = 0; time < times; time++) await make();
}

async function killPrimary(scene) {
  const primary = await scene.set.primary();
  await scene.set.kill(primary);
  await scene.sendsAgain();
  await scene.set.start(primary);
  await scene.set.whole();
}

async function loseSecondary(scene, ms) {
  const secondary = await scene.set.aSecondary();
  await scene.set.kill(secondary);
  await pause(ms);
  await scene.set.start(secondary);
  await scene.set.whole();
  await scene.sendsAgain();
}

async function stopMongo(scene, ms) {
   await Promise.all(scene.set.members.map((member) => scene.set.stop(member)));
  await pause(ms);
  await Promise.all(scene.set.members.map((member) => scene.set.start(member)));
  await scene.set.whole();
  await scene.sendsAgain();
}

async function killInstances(scene) {
  for (const instance of scene.instances) {
    await instance.kill();
    await pause(1_000);
    await instance.start();
    await scene.readers.connected();
  }
}

async function restartInstances(scene) {
  for (const instance of scene.instances) {
    await instance.stop();
    await instance.start();
    await scene.readers.connected();
  }
}

// The server forgets the cursor, or breaks off the question that is under way: drivers take these differently.
async function cutStreams(scene) {
  for (let cut = 0; cut < CUTS; cut++) {
    const [stream] = (await findStreams(scene)).sort(() => scene.random() - 0.5);
    if (stream === undefined) throw new Error('there is no change stream to cut');
    if (cut % 2 === 0) await scene.set.admin.command({ killCursors: '$cmd.aggregate', cursors: [stream.cursor.cursorId] });
    else await scene.set.admin.command({ killOp: 1, op: stream.opid });
    await pause(700);
  }
  await scene.sendsAgain();
}

// Those of the instances, whose questions are nearly always under way; MongoDB's own are none of ours.
async function findStreams({ set }) {
  const isStream = { type: 'op', appName: 'anteroom', 'cursor.originatingCommand.pipeline.0.$changeStream': { $exists: true } };
  for (let tried = 0; tried < 100; tried++) {
    const found = await set.admin.aggregate([{ $currentOp: { allUsers: true } }, { $match: isStream }]).toArray();
    if (found.length > 0) return found;
    await pause(20);
  }
  return [];
}

// Each time calls arrive and are done, and the connections break before their answers are through.
async function loseAnswers(scene, times) {
  for (let time = 0; time < times; time++) {
    for (const line of scene.lines) line.loseAnswers(true);
    await pause(100 + 200 * scene.random());
    for (const line of scene.lines) line.cut();
    for (const line of scene.lines) line.loseAnswers(false);
    await pause(100 + 300 * scene.random());
  }
  await scene.sendsAgain();
}

// A dead line is noticed by the client when no ping has come for as long as the server said: 45 s.
async function spoilLines(scene, times) {
  const [dead, bad] = scene.readerLines;
  const before = scene.readers.on(dead).map(({ disconnects }) => disconnects.length);
  dead.goDead();
  for (let time = 0; time < times; time++) {
    bad.cut();
    await pause(1_500);
    bad.beSlow(SLOW_MS);
    await pause(2 * SLOW_MS);
    bad.beSlow(0);
  }
  for (let waited = 0; waited < 60 && scene.readers.on(dead).some(({ disconnects }, at) => disconnects.length === before[at]); waited++) await pause(1_000);
  await scene.readers.connected();
}
