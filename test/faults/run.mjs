/** Makes faults for real while people write and read, and says what became of every message; see docs/faults.md. */
import { parseArgs } from 'node:util';

import { startProgress } from '../../bench/progress.mjs';
import { endurance } from './endurance.mjs';
import { replicaSet } from './replica-set.mjs';
import { shortLog } from './short-log.mjs';
import { isGood, toTable } from './table.mjs';

const SCENES = [replicaSet, shortLog, endurance];
const TICK_MS = 5_000;
const options = readOptions();
const progress = startProgress(options.scenes.length);
let scene = null;
let stopping = false;

function readOptions() {
  const text = (fallback) => ({ type: 'string', default: fallback });
  const { values } = parseArgs({
    options: { long: { type: 'boolean', default: false }, only: { type: 'string' }, seed: text(String(Date.now() % 1_000_000)), sockets: text('2000'), rate: text('200'), minutes: text('6') },
  });
  const names = values.only?.split(',') ?? SCENES.filter(({ isLong }) => values.long || !isLong).map(({ name }) => name);
  const scenes = SCENES.filter(({ name }) => names.includes(name));
  if (scenes.length < names.length) throw new Error(`--only takes some of ${SCENES.map(({ name }) => name).join(', ')}, with commas between them`);
  const numbers = ['seed', 'sockets', 'rate', 'minutes'].map((name) => [name, Number(values[name])]);
  return { long: values.long, scenes, ...Object.fromEntries(numbers) };
}

async function play(one) {
  if (stopping) throw new Error('stopped');
  progress.begin(one.name);
  scene = one.scene(options);
  const ticking = setInterval(() => progress.step(whereItIs()), TICK_MS);
  try {
    progress.step('starting');
    await scene.begin();
    return await one.play(scene, options, progress.step);
  } finally {
    clearInterval(ticking);
    await scene.end();
  }
}

function whereItIs() {
  const { period, sends } = scene.ledger;
  if (period === undefined) return 'starting';
  return `${period.fault}: ${sends.size} sends begun, ${scene.ledger.unanswered.length} without an answer, ${scene.readers.all.length} readers`;
}

async function main() {
  process.stdout.write(`seed ${options.seed}\n`);
  const outcomes = [];
  for (const one of options.scenes) {
    outcomes.push(await play(one));
    progress.clear();
  }
  const rows = outcomes.flatMap((outcome) => outcome.rows);
  const problems = outcomes.flatMap((outcome) => outcome.problems);
  process.stdout.write(`\n${toTable(rows)}\n`);
  for (const fact of outcomes.flatMap((outcome) => outcome.facts)) process.stdout.write(`* ${fact}\n`);
  for (const problem of problems) process.stdout.write(`WRONG: ${problem}\n`);
  const isRight = rows.every(isGood) && problems.length === 0;
  process.stdout.write(`${isRight ? 'every acknowledged message is there once, in order, and was seen by everybody' : 'FAILED'}; seed ${options.seed}, ${progress.elapsed()} s\n`);
  return isRight ? 0 : 1;
}

async function stop(signal) {
  if (stopping) return;
  stopping = true;
  process.stderr.write(`\n${signal}: ending what was started\n`);
  await scene?.end();
  process.exit(130);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop(signal));
try {
  process.exitCode = await main();
} catch (error) {
  if (!stopping) {
    process.stderr.write(`\nseed ${options.seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  }
}
