import { setTimeout as pause } from 'node:timers/promises';

import { ask } from './calls.mjs';

// What an instance says last.
const STOPPED = '"msg":"stopped"';
const ASK_MS = 20;
const CUTS = 6;
const SLOW_MS = 2_000;
const FOUND_MS = 60_000;
const NOTICED_MS = 120_000;

/** The faults in the order in which they are made; each `make` resolves when what it broke is whole again. */
export function toFaults({ long }) {
  return [
    { name: 'none', make: () => pause(long ? 20_000 : 4_000) },
    { name: 'primary killed, 3 times', make: (scene) => repeat(3, () => killPrimary(scene)) },
    { name: 'a secondary lost', make: (scene) => loseSecondary(scene, long ? 15_000 : 4_000) },
    { name: `MongoDB stopped ${long ? 20 : 8} s`, make: (scene) => stopMongo(scene, long ? 20_000 : 8_000) },
    { name: 'an instance begun without MongoDB', make: (scene) => stopMongo(scene, 0, () => beginWithout(scene)) },
    { name: 'instances killed in turn', make: (scene) => repeat(long ? 3 : 1, () => killInstances(scene)) },
    { name: 'rolling restart', make: (scene) => repeat(long ? 3 : 1, () => restartInstances(scene)) },
    { name: `change streams cut, ${CUTS} times`, make: cutStreams },
    { name: 'answers lost on their way', make: (scene) => loseAnswers(scene, long ? 60 : 16) },
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

async function stopMongo(scene, ms, meanwhile = () => undefined) {
  await Promise.all(scene.set.members.map((member) => scene.set.stop(member)));
  await meanwhile();
  await pause(ms);
  await Promise.all(scene.set.members.map((member) => scene.set.start(member)));
  await scene.set.whole();
  await scene.sendsAgain();
  await scene.readers.connected();
}

// Its sockets come back to an instance that does not know any deployment yet.
async function beginWithout({ instances: [instance] }) {
  await instance.kill();
  await instance.start();
}

async function killInstances(scene) {
  for (const instance of scene.instances) {
    await instance.kill();
    await pause(1_000);
    await instance.start();
    await scene.readers.connected();
  }
  await scene.sendsAgain();
}

async function restartInstances(scene) {
  for (const instance of scene.instances) {
    if (!(await isUnreadyFirst(instance))) scene.problems.push(`${instance.url} stopped and was ready until then`);
    if (!(await instance.child.said()).includes(STOPPED)) scene.problems.push(`${instance.url} did not stop cleanly`);
    await instance.start();
    await scene.readers.connected();
  }
  await scene.sendsAgain();
}

// Stops it, and asks as a balancer does: it must say that it is stopping while it still takes calls.
async function isUnreadyFirst(instance) {
  let isGone = false;
  const gone = instance.stop().then(() => (isGone = true));
  let said;
  while (said !== 'STOPPING' && !isGone) {
    said = await ask(instance.url, { method: 'GET', path: '/health/ready' }).then(({ body }) => body.error, () => null);
    await pause(ASK_MS);
  }
  await gone;
  return said === 'STOPPING';
}

// The server forgets the cursor, or breaks off the question that is under way: drivers take these differently.
async function cutStreams(scene) {
  for (let cut = 0; cut < CUTS; cut++) {
    const streams = await findStreams(scene);
    const { cursor } = streams[Math.floor(scene.random() * streams.length)];
    await untilSome(async () => {
      await cutOne(scene, cursor, cut % 2 === 0 ? 'cursor' : 'question');
      return (await isThere(scene, cursor)) ? [] : [true];
    }, 'the end of a change stream that was cut');
    await pause(500);
  }
  await scene.sendsAgain();
}

// A question may have been answered before it could be broken off; the next one is under way then.
async function cutOne({ set }, { cursorId }, what) {
  if (what === 'cursor') return set.admin.command({ killCursors: '$cmd.aggregate', cursors: [cursorId] });
  const asked = await set.admin.aggregate([{ $currentOp: { allUsers: true } }, { $match: { type: 'op', 'cursor.cursorId': cursorId } }]).toArray();
  for (const { opid } of asked) await set.admin.command({ killOp: 1, op: opid });
}

// Those of the instances, whose questions are nearly always under way; MongoDB's own are none of ours.
async function findStreams({ set }) {
  const isStream = { type: 'op', appName: 'anteroom', 'cursor.originatingCommand.pipeline.0.$changeStream': { $exists: true } };
  return untilSome(() => set.admin.aggregate([{ $currentOp: { allUsers: true } }, { $match: isStream }]).toArray(), 'a change stream to cut');
}

async function isThere({ set }, { cursorId }) {
  const left = await set.admin.aggregate([{ $currentOp: { allUsers: true, idleCursors: true } }, { $match: { 'cursor.cursorId': cursorId } }]).toArray();
  return left.length > 0;
}

async function untilSome(find, what) {
  for (const deadline = Date.now() + FOUND_MS; Date.now() < deadline; await pause(20)) {
    const found = await find();
    if (found.length > 0) return found;
  }
  throw new Error(`after ${FOUND_MS / 1_000} s there is not ${what}`);
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

// A dead line is noticed by its clients when no ping has come for as long as the service says: 45 s.
async function spoilLines(scene, times) {
  const [dead, bad] = scene.readerLines;
  const onDead = scene.readers.on(dead).map((reader) => ({ reader, before: reader.disconnects.length }));
  dead.goDead();
  const deadline = Date.now() + NOTICED_MS;
  for (let time = 0; time < times; time++) {
    bad.cut();
    await pause(1_500);
    bad.beSlow(SLOW_MS);
    await pause(2 * SLOW_MS);
    bad.beSlow(0);
  }
  while (onDead.some(({ reader, before }) => reader.disconnects.length === before)) {
    if (Date.now() > deadline) throw new Error(`a dead line was not noticed in ${NOTICED_MS / 1_000} s`);
    await pause(500);
  }
  await scene.readers.connected();
}
