import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import mongoose from 'mongoose';

import { toKeyHash } from '../dist/auth/key-check.js';
import { readConfig } from '../dist/config/read-config.js';
import { EmbeddedMongo } from '../dist/mongo/embedded/embedded-mongo.js';
import { newDatabaseName } from '../dist/tenancy/tenant-database.js';
import { startChild } from './processes.mjs';
import { KEY_ID, keyOf, toJsonCall } from './requests.mjs';

const ADMIN_TOKEN = 'of-a-benchmark-that-nobody-else-can-reach';
const SERVICE = resolve(import.meta.dirname, '../dist/main.js');

/** What one case measures on: a mongod of its own on a new folder, and the processes that it starts. All of it goes with `end()`. */
export class Stand {
  #mongo = null;
  #folder = null;
  #children = [];
  #beginning = null;

  /** The driver's client of the benchmark itself. */
  client = null;
  /** mongod's process id. */
  mongodPid = null;
  mongodVersion = null;

  begin() {
    this.#beginning = this.#begin();
    return this.#beginning;
  }

  async #begin() {
    this.#folder = await mkdtemp(join(tmpdir(), 'anteroom-bench-'));
    const { binary, path, cache } = readConfig(process.env).mongo.embedded;
    const note = (line) => process.stderr.write(`${line}\n`);
    this.#mongo = await EmbeddedMongo.start({ dataPath: join(this.#folder, 'mongo'), binary: binary ?? undefined, path, cache, note });
    this.client = await new mongoose.mongo.MongoClient(this.#mongo.uri).connect();
    const { pid, version } = await this.serverStatus();
    this.mongodPid = Number(pid);
    this.mongodVersion = version;
  }

  /** Ends every process and removes every file of this stand. */
  async end() {
    await this.#beginning?.catch(() => undefined);
    await Promise.allSettled(this.#children.map((child) => child.stop()));
    await this.client?.close().catch(() => undefined);
    await this.#mongo?.stop();
    if (this.#folder !== null) await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  get uri() {
    return this.#mongo.uri;
  }

  serverStatus() {
    return this.client.db('admin').command({ serverStatus: 1 });
  }

  /** The service as it is shipped, on its production settings but for `variables`; without limits of calls a second, which measurements are far over. */
  startService(variables = {}, { name = 'service', nodeOptions = [] } = {}) {
    const own = { MONGODB_URI: this.#mongo.uri, ADMIN_TOKEN, DEMO: 'off', RATE_LIMIT: 'off', STOP_DELAY_SECONDS: '0', ...variables };
    return this.#start({ name, file: SERVICE, variables: own, nodeOptions });
  }

  /** A program of `contenders/`. */
  startContender(name, variables = {}) {
    const file = join(import.meta.dirname, 'contenders', `${name}.mjs`);
    return this.#start({ name, file, variables: { MONGODB_URI: this.#mongo.uri, ...variables } });
  }

  /** Registers deployments with an API key each: the first over the admin API, the others as copies of what that stored. They are in force at the next start. */
  async register(keys) {
    const service = await this.startService();
    await this.put(service, keys[0], { names: [keys[0]] });
    await service.stop();
    await this.#control.collection('tenants').updateOne({ _id: keys[0] }, { $set: { keys: toApiKeys(keys[0]) } });
    await this.registerLike(keys[0], keys.slice(1));
    const tenants = await this.#control.collection('tenants').find({ _id: { $in: keys } }).toArray();
    return new Map(tenants.map(({ _id, database }) => [_id, database]));
  }

  /** Makes or changes a deployment over the admin API. */
  async put({ url }, key, fields) {
    const { path, ...request } = toJsonCall('PUT', `/admin/tenants/${key}`, fields, { authorization: `Bearer ${ADMIN_TOKEN}` });
    const answer = await fetch(url + path, request);
    if (answer.status !== 200) throw new Error(`the admin API answered ${answer.status}: ${await answer.text()}`);
  }

  /** Stores deployments that differ from a registered one in nothing but their key, name, API key and database. */
  async registerLike(key, others, into = this.#control) {
    if (others.length === 0) return;
    const like = await this.#control.collection('tenants').findOne({ _id: key });
    await into.collection('tenants').insertMany(others.map((other) => ({ ...like, _id: other, names: [other], keys: toApiKeys(other), database: newDatabaseName(other) })));
    await into.collection('revisions').updateOne({ _id: 'tenants' }, { $inc: { revision: 1 } }, { upsert: true });
  }

  get #control() {
    return this.client.db('anteroom');
  }

  #start(options) {
    return startChild({ folder: this.#folder, ...options }, (child) => this.#children.push(child));
  }
}

function toApiKeys(tenant) {
  return [{ id: KEY_ID, role: 'service', hash: toKeyHash(keyOf(tenant)), expires: null, note: null, created_date: new Date() }];
}
