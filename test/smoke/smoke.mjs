/** Starts the service as a newcomer does, by `npm start` with nothing set, uses it once and stops it. One line a check; exit code 1 when one fails. */
import '../support/typescript.mjs';

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const { PAGE_ANSWER } = await import('../../src/room/room.example.ts');
const { paste } = await import('../support/shell.ts');

const START_MS = 600_000;
const STOP_MS = 10_000;
const LIST = '/api/room/fetchRoomByUserAgent';
const root = resolve(import.meta.dirname, '../..');
const scratch = await mkdtemp(join(tmpdir(), 'anteroom-smoke-'));
let failures = 0;

async function check(sentence, holds) {
  try {
    await holds();
    console.log(`ok      ${sentence}`);
  } catch (error) {
    failures += 1;
    console.log(`FAILED  ${sentence}\n${error instanceof Error ? error.message : String(error)}`);
  }
}

// Whatever is set on this machine, for this start it is as if nothing were.
const unset = Object.fromEntries(['MONGODB_URI', 'NODE_ENV', 'HOST', 'DEMO', 'DOCS', 'LOG_FORMAT', 'LOG_LEVEL', 'DEFAULT_TENANT', 'ADMIN_TOKEN'].map((name) => [name, '']));
const dataPath = join(scratch, 'mongo');
const service = spawn('npm', ['start'], {
  cwd: root,
  env: { ...process.env, ...unset, PORT: '0', MONGO_DATA: dataPath },
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
});
const ended = once(service, 'exit');
let said = '';

/** Answers the address once the service and its demo are there. */
async function started() {
  for await (const part of service.stdout.setEncoding('utf8')) {
    said += part;
    const [, url] = /^listening on (http:\/\/\S+)$/m.exec(said) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`npm start ended:\n${said}`);
}

async function use(url) {
  await check('the printed curl answers the rooms of the API page, to the letter', async () => {
    const [line] = /^ *curl .*$/m.exec(said) ?? [];
    assert.deepEqual(JSON.parse(await paste(line ?? 'false')), PAGE_ANSWER);
  });
  await check('it is alive and ready', async () => {
    for (const which of ['live', 'ready']) {
      const answer = await fetch(`${url}/health/${which}`);
      assert.deepEqual([answer.status, await answer.json()], [200, { status: 'ok' }]);
    }
  });
  await check('the documentation and the OpenAPI document are there', async () => {
    assert.match(await (await fetch(`${url}/docs`)).text(), /<title>Anteroom<\/title>/);
    assert.ok(Object.hasOwn((await (await fetch(`${url}/docs-json`)).json()).paths, LIST));
  });
  await check('a call that names no deployment gets 400 in the shape of the wire', async () => {
    const answer = await fetch(`${url}${LIST}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    const { message, ...body } = await answer.json();
    assert.deepEqual([answer.status, body], [400, { status: false, statusCode: 400, error: 'TENANT_REQUIRED', roomData: [] }]);
    assert.match(message, /agent_db/);
  });
}

// How long it is from the start to ready is measured, not judged: what is fast depends on the machine.
async function measureStart(uri) {
  const began = performance.now();
  const env = { ...process.env, ...unset, PORT: '0', MONGODB_URI: uri };
  const second = spawn(process.execPath, ['dist/main.js'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  let at;
  for await (const part of second.stdout.setEncoding('utf8')) {
    text += part;
    [, at] = /^listening on (http:\/\/\S+)$/m.exec(text) ?? [];
    if (at !== undefined) break;
  }
  assert.equal((await fetch(`${at}/health/ready`)).status, 200);
  console.log(`        ready ${Math.round(performance.now() - began)} ms after its start`);
  second.kill('SIGTERM');
  await inTime(once(second, 'exit'), STOP_MS);
}

async function inTime(promise, ms) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

let url;
await check('npm start builds, serves and prints where', async () => (url = await inTime(started(), START_MS)));
if (url !== undefined) {
  service.stdout.on('data', (part) => (said += part)).resume();
  await use(url);
  await check('a second instance on the same MongoDB gets ready', async () => measureStart((await readFile(join(dataPath, 'uri'), 'utf8')).trim()));
  await check('SIGTERM ends it within 10 s with exit code 0, its MongoDB too', async () => {
    service.kill('SIGTERM');
    assert.deepEqual(await inTime(ended, STOP_MS), [0, null]);
    assert.equal(existsSync(join(dataPath, 'uri')), false);
  });
}
try {
  // Whatever is left of this start: its process group is its own.
  process.kill(-service.pid, 'SIGKILL');
} catch {
  // Nothing is.
}
await rm(scratch, { recursive: true, force: true, maxRetries: 20, retryDelay: 500 });
process.exit(failures === 0 ? 0 : 1);
