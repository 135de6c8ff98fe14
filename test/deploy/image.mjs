/**
 * What the image has and does, without Docker: the Dockerfile's steps in folders, then its command, health check and command line in what came of
 * them, on a real MongoDB. One line a check; exit code 1 when one fails. The base image itself is not tried: Node and the shell are this machine's.
 */
import '../support/typescript.mjs';

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { chmod, lstat, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { filesOf, makeImage } from './dockerfile.mjs';

const { EmbeddedMongo } = await import('../../src/mongo/embedded/embedded-mongo.ts');
const { readConfig } = await import('../../src/config/read-config.ts');
const { freePort } = await import('../support/free-port.ts');

const STOP_MS = 10_000;
const root = resolve(import.meta.dirname, '../..');
const scratch = await mkdtemp(join(tmpdir(), 'anteroom-image-'));
let failures = 0;
let image = null;
let user = {};

async function check(sentence, holds) {
  try {
    await holds();
    console.log(`ok      ${sentence}`);
  } catch (error) {
    failures += 1;
    console.log(`FAILED  ${sentence}\n${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A command in the image, as its user where this process may become that one. */
function start([program, ...args], variables) {
  const env = { PATH: dirname(process.execPath), ...image.env, ...variables };
  const child = spawn(program === 'node' ? process.execPath : program, args, { ...user, cwd: join(image.root, image.workdir), env, stdio: ['ignore', 'pipe', 'pipe'] });
  const run = { child, said: '', ended: once(child, 'close') };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (run.said += part));
  return run;
}

async function runToEnd(command, variables) {
  const run = start(command, variables);
  const [code] = await run.ended;
  return { code, said: run.said };
}

async function listening(run) {
  for (;;) {
    if (/^listening on /m.test(run.said)) return;
    const ended = await Promise.race([run.ended.then(() => true), once(run.child.stdout, 'data').then(() => false)]);
    assert.equal(ended, false, run.said);
  }
}

// The user of the image must reach this machine's Node; some have it where only their owner can.
function mayBecomeUser() {
  if (process.getuid() !== 0) return false;
  for (let folder = process.execPath; folder !== '/'; folder = dirname(folder)) {
    try {
      accessSync(folder, constants.X_OK);
    } catch {
      return false;
    }
  }
  return true;
}

async function isReadByAll(folder) {
  for (let path = folder; path !== '/'; path = dirname(path)) if (((await stat(path)).mode & 0o001) === 0) return false;
  return true;
}

async function lookAtFiles() {
  const app = join(image.root, 'app');
  const files = await filesOf(app);
  const sizes = await Promise.all(files.map(async (file) => (await lstat(join(app, file))).size));
  console.log(`        ${files.length} files, ${Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1e6)} MB over the base image`);
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  await check('it has the compiled service, its packages, package.json and the licence, and nothing else', () => {
    assert.deepEqual([...new Set(files.map((file) => file.split('/')[0]))].sort(), ['LICENSE', 'dist', 'node_modules', 'package.json']);
    assert.deepEqual(files.filter((file) => file.startsWith('dist/') && !file.endsWith('.js')), []);
    assert.deepEqual(files.filter((file) => /^dist\/.*\.spec\./.test(file)), []);
  });
  await check('its packages are those of the lock file that are not for development', () => {
    const installed = files.filter((file) => /(^|\/)node_modules\/(@[^/]+\/)?[^/@.]+\/package\.json$/.test(file)).map((file) => dirname(file));
    assert.ok(installed.length > 0);
    assert.deepEqual(installed.filter((path) => packages[path] === undefined || packages[path].dev === true), []);
  });
}

async function use(uri) {
  const port = String(await freePort());
  const variables = { MONGODB_URI: uri, PORT: port, CONTROL_DATABASE: 'image', ADMIN_TOKEN: 'image-admin-token-0123456789' };
  await check('without a MongoDB it says what is missing and exits 1', async () => {
    const { code, said } = await runToEnd(image.command, { PORT: port });
    assert.equal(code, 1);
    assert.match(said, /MONGODB_URI/);
  });
  await check('the health check fails while nothing listens', async () => assert.equal((await runToEnd(image.health, { PORT: port })).code, 1));
  const service = start(image.command, variables);
  await check('it starts, and is alive for its health check, and ready', async () => {
    await listening(service);
    assert.deepEqual(await runToEnd(image.health, { PORT: port }), { code: 0, said: '' });
    assert.equal((await fetch(`http://127.0.0.1:${port}/health/ready`)).status, 200);
  });
  await check('it serves old pages their client script', async () => assert.match(await (await fetch(`http://127.0.0.1:${port}/socket.io/socket.io.js`)).text(), /Socket\.IO v2\.5\.0/));
  await check('node dist/cli.js tenant makes a deployment, whose calls it answers', async () => {
    const put = await runToEnd(['node', 'dist/cli.js', 'tenant', 'put', 'acme', '--auth', 'open', '--json'], variables);
    assert.equal(put.code, 0, put.said);
    const list = await runToEnd(['node', 'dist/cli.js', 'tenant', 'list', '--json'], variables);
    assert.deepEqual(JSON.parse(list.said).map(({ key }) => key), ['acme']);
    let answer = { status: 404 };
    for (const end = Date.now() + STOP_MS; answer.status !== 200 && Date.now() < end; ) answer = await fetch(`http://127.0.0.1:${port}/t/acme/api/room/fetchAllRoom`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"db_name":"x","type":"agent_to_user"}' });
    assert.equal(answer.status, 200);
  });
  await check('SIGTERM ends it with exit code 0', async () => {
    service.child.kill('SIGTERM');
    const kill = setTimeout(() => service.child.kill('SIGKILL'), 2 * STOP_MS);
    assert.deepEqual(await service.ended, [0, null]);
    clearTimeout(kill);
  });
}

let mongo = null;
try {
  await chmod(scratch, 0o755);
  await check('the steps of the Dockerfile run', async () => (image = await makeImage(root, scratch)));
  if (image !== null) {
    if (mayBecomeUser() && (await isReadByAll(scratch))) user = image.user;
    console.log(`        what follows runs as ${user.uid === undefined ? 'the user of this shell' : `user ${user.uid}`}`);
    await lookAtFiles();
    const { binary, path, cache } = readConfig(process.env).mongo.embedded;
    mongo = await EmbeddedMongo.start({ dataPath: join(scratch, 'mongo'), binary: binary ?? undefined, path, cache, note: (line) => console.error(line) });
    await use(mongo.uri);
  }
} finally {
  await mongo?.stop();
  await rm(scratch, { recursive: true, force: true, maxRetries: 20, retryDelay: 500 });
}
process.exit(failures === 0 ? 0 : 1);
