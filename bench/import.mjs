/** Measures moving in: 1,000,000 messages in 50,000 rooms of 5 deployments, beside a bare driver that copies the same documents. */
import '../test/support/typescript.mjs';

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { seededRandom } from './numbers.mjs';
import { Stand } from './stand.mjs';
import { toText } from './table.mjs';

const { fillOldData } = await import('../test/support/old-data.ts');
const { digestOf } = await import('../test/support/digest.ts');

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } } });
const SIZE = options.quick ? { deployments: 5, rooms: 2_500, messages: 50_000 } : { deployments: 5, rooms: 50_000, messages: 1_000_000 };
const CLI = resolve(import.meta.dirname, '../dist/cli.js');
const OLD = 'old';
const COPIED_AT_ONCE = 1_000;
const POLL_MS = 50;
const WANTED = { ratio: 0.5, megabytes: 300 };

const say = (text) => process.stderr.write(`${text}\n`);
const seconds = (began) => (performance.now() - began) / 1_000;
const running = new Set();

/** Copies the three collections as they are: while one batch is stored, the next is read. The service's own write concern. */
async function copy(client) {
  const began = performance.now();
  for (const name of ['rooms', 'roomusers', 'chats']) {
    const target = client.db('copy').collection(name, { writeConcern: { w: 'majority', journal: true } });
    let batch = [];
    let storing = Promise.resolve();
    for await (const document of client.db(OLD).collection(name).find({}, { batchSize: COPIED_AT_ONCE })) {
      batch.push(document);
      if (batch.length < COPIED_AT_ONCE) continue;
      await storing;
      storing = target.insertMany(batch);
      batch = [];
    }
    await storing;
    if (batch.length > 0) await target.insertMany(batch);
  }
  const took = seconds(began);
  await client.db('copy').dropDatabase();
  return took;
}

/** Runs the command line; `until` may end it before it is done. */
async function command(stand, args, until = null) {
  const child = spawn(process.execPath, [CLI, ...args], { env: { ...process.env, MONGODB_URI: stand.uri, NODE_ENV: 'production' }, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let [stdout, stderr, peak] = ['', '', 0];
  child.stdout.on('data', (part) => (stdout += part));
  child.stderr.on('data', (part) => (stderr += part));
  const ended = once(child, 'close').finally(() => running.delete(child));
  while (child.exitCode === null && child.signalCode === null) {
    peak = Math.max(peak, await peakOf(child.pid));
    if (until !== null && (await until())) child.kill('SIGKILL');
    await Promise.race([ended, pause(POLL_MS)]);
  }
  const [code, signal] = await ended;
  return { code, signal, peak, stdout, stderr };
}

// The most memory that the process ever held, in megabytes.
async function peakOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1_024;
}

const importArgs = (stand, key, at) => ['import', '--from', stand.uri, '--database', OLD, '--tenant', key, '--db-name', `shop${at}`, '--json', '--report', join(tmpdir(), `bench-import-${process.pid}.json`)];

async function moveIn(stand, key, at) {
  const began = performance.now();
  const { code, peak, stdout, stderr } = await command(stand, importArgs(stand, key, at));
  if (code !== 0) throw new Error(`the import ended with ${code}:\n${stderr}${stdout}`);
  const summary = JSON.parse(stdout);
  return { took: seconds(began), peak, messages: summary.written.chats, rate: summary.written.chats / seconds(began) };
}

/** Kills the import of one deployment at three random moments, runs it again, and compares with the undisturbed one. */
async function killThreeTimes(stand, databases) {
  const random = seededRandom(Number(options.seed));
  const messages = stand.client.db(databases.get('killed')).collection('messages');
  const count = SIZE.messages / SIZE.deployments;
  const moments = [0, 0.3, 0.6].map((part) => Math.floor((part + 0.3 * random()) * count));
  for (const moment of moments) {
    const { signal } = await command(stand, importArgs(stand, 'killed', 0), async () => (await messages.estimatedDocumentCount()) >= moment);
    if (signal !== 'SIGKILL') throw new Error('the import was over before it was killed');
    say(`killed with ${await messages.countDocuments()} messages stored`);
  }
  await moveIn(stand, 'killed', 0);
  const [killed, whole] = await Promise.all(['killed', 'shop0'].map((key) => digestOf(stand.client.db(databases.get(key)))));
  return killed === whole;
}

async function measure(stand) {
  say(`filling ${SIZE.messages} messages, ${SIZE.rooms} rooms, ${SIZE.deployments} deployments`);
  const data = await fillOldData(stand.client.db(OLD), SIZE);
  const keys = data.deployments.map((_, at) => `shop${at}`);
  const databases = await stand.register([...keys, 'killed']);
  say('copying with the bare driver');
  const copied = [await copy(stand.client)];
  const moved = [];
  for (const [at, key] of keys.entries()) {
    moved.push(await moveIn(stand, key, at));
    say(`${key}: ${moved.at(-1).messages} messages in ${moved.at(-1).took.toFixed(1)} s`);
  }
  // Once before and once after, because the machine may have other things to do.
  copied.push(await copy(stand.client));
  const isSame = await killThreeTimes(stand, databases);
  const copyRate = SIZE.messages / (copied.reduce((sum, took) => sum + took, 0) / copied.length);
  const messages = moved.reduce((sum, one) => sum + one.messages, 0);
  const rate = messages / moved.reduce((sum, one) => sum + one.took, 0);
  return { copyRate, rate, peak: Math.max(...moved.map((one) => one.peak)), isSame };
}

function print({ copyRate, rate, peak, isSame }) {
  const verdict = (isMet) => (isMet ? 'ok' : 'MISSED');
  process.stdout.write(
    `${toText([
      ['', 'measured', 'wanted', ''],
      ['messages a second, start of the process and verification included', rate.toFixed(0), '', ''],
      ['messages a second of the bare driver, the other documents included', copyRate.toFixed(0), '', ''],
      ['ratio', (rate / copyRate).toFixed(2), `≥ ${WANTED.ratio}`, verdict(rate / copyRate >= WANTED.ratio)],
      ['peak memory, MB', peak.toFixed(0), `< ${WANTED.megabytes}`, verdict(peak < WANTED.megabytes)],
      ['killed three times: the same as undisturbed', String(isSame), 'true', verdict(isSame)],
    ])}\n`,
  );
}

const stand = new Stand();
async function stop(code) {
  for (const child of running) child.kill('SIGKILL');
  await stand.end();
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop(130));
try {
  await stand.begin();
  const result = await measure(stand);
  print(result);
  await stop(result.isSame ? 0 : 1);
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  await stop(1);
}
