// Starts the built service on an embedded MongoDB and has schemathesis (PyPI) call it by swagger/openapi.json: no 5xx, no answer outside the
// document – for a service with an API key, for a person with a token, and for whoever names nobody. FUZZ_SEED looks elsewhere.
//   npm run fuzz
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { SignJWT } from 'jose';

const PACKAGE = 'schemathesis==4.32.5';
const SEED = process.env.FUZZ_SEED ?? '20261122';
const CHECKS = ['not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_headers_conformance', 'response_schema_conformance'];
const ADMIN_TOKEN = 'fuzz-admin-token-0123456789';
const STOP_MS = 10_000;

const WIRE = ['--include-path-regex', '^/api/'];

// The operator's own calls, which could remove the demo deployment, come last.
const toRuns = ({ key, token }) => [
  { name: "a deployment's calls, by an API key of a service", path: '/t/ace', seconds: 35, credential: key, options: WIRE },
  { name: "a deployment's calls, by an agent's token", path: '/t/ace', seconds: 25, credential: `Bearer ${token}`, options: WIRE },
  { name: 'calls that name no deployment', path: '', seconds: 10, options: WIRE },
  { name: "the operator's calls", path: '', seconds: 15, credential: `Bearer ${ADMIN_TOKEN}`, options: ['--exclude-path-regex', '^/api/'] },
];

const root = resolve(import.meta.dirname, '..');
const scratch = await mkdtemp(join(tmpdir(), 'anteroom-fuzz-'));
const packages = join(scratch, 'packages');

class NotPossible extends Error {}

function install() {
  const pip = spawnSync('python3', ['-m', 'pip', '--version']);
  if (pip.status !== 0) throw new NotPossible('The fuzzer needs python3 with pip (Debian: apt-get install python3-pip).');
  const installed = spawnSync('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', packages, PACKAGE], { stdio: ['ignore', 2, 'pipe'], encoding: 'utf8' });
  if (installed.status !== 0) throw new NotPossible(`The fuzzer could not be installed: ${installed.stderr.trim().split('\n').at(-1)}`);
}

function startService() {
  const variables = { PORT: '0', HOST: '127.0.0.1', MONGODB_URI: '', MONGO_DATA: join(scratch, 'mongo'), NODE_ENV: '', DEMO: 'on', DEFAULT_TENANT: '', LOG_LEVEL: 'error', LOG_FORMAT: 'json' };
  const env = { ...process.env, ...variables, ADMIN_TOKEN, RATE_LIMIT: 'off' };
  return spawn(process.execPath, ['dist/main.js'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The service's address, once it listens; what it says after that is its log, and is shown. */
async function addressOf(service) {
  let said = '';
  for await (const part of service.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += part;
    const [, url] = /^listening on (http:\/\/\S+)$/m.exec(said) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`the service ended:\n${said}`);
}

/** Credentials of the demo deployment, as its operator and its backend make them. */
async function issue(url) {
  const secret = randomBytes(32).toString('hex');
  await ask(url, 'PUT', '', { settings: { jwt: { secret } } });
  const { key } = await ask(url, 'POST', '/keys', { role: 'service' });
  const signing = new SignJWT({ role: 'agent' }).setProtectedHeader({ alg: 'HS256' }).setSubject('141').setExpirationTime('1h');
  const token = await signing.sign(new TextEncoder().encode(secret));
  // Whoever is nobody here gets in from this machine: what is fuzzed must be the agent.
  const statuses = await Promise.all([key, token].map((credential) => statusOfAllRooms(url, credential)));
  if (statuses.join() !== '200,403') throw new Error(`the credentials of the demo deployment do not work: ${statuses.join()}`);
  return { key, token };
}

async function statusOfAllRooms(url, credential) {
  const { status } = await fetch(`${url}/t/ace/api/room/fetchAllRoom`, { method: 'POST', headers: { authorization: credential, 'content-type': 'application/json' }, body: '{"type":"agent_to_user"}' });
  return status;
}

async function ask(url, method, path, body) {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/admin/tenants/ace${path}`, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} /admin/tenants/ace${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function fuzz(url, { name, path, seconds, credential, options }) {
  console.log(`\n${name}: seed ${SEED}, at most ${seconds} s`);
  const args = ['-m', 'schemathesis.cli', 'run', join(root, 'swagger/openapi.json'), '--url', url + path, '--seed', SEED, '--max-time', String(seconds), '--checks', CHECKS.join(','), '--warnings', 'off', ...options, ...(credential === undefined ? [] : ['--header', `Authorization: ${credential}`])];
  const child = spawn('python3', args, { cwd: scratch, env: { ...process.env, PYTHONPATH: packages }, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(child, 'exit');
  return code === 0;
}

async function main() {
  install();
  const service = startService();
  const ended = once(service, 'exit');
  try {
    const url = await addressOf(service);
    service.stdout.pipe(process.stderr);
    let isClean = true;
    for (const run of toRuns(await issue(url))) isClean = (await fuzz(url, run)) && isClean;
    return isClean;
  } finally {
    const kill = setTimeout(() => service.kill('SIGKILL'), STOP_MS);
    service.kill('SIGTERM');
    await ended;
    clearTimeout(kill);
  }
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  if (!(error instanceof NotPossible)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await rm(scratch, { recursive: true, force: true });
}
