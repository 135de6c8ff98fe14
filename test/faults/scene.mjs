import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { eachOf, seededRandom, upTo } from '../../bench/numbers.mjs';
import { AGENT, ask, get, keyCall, listCall, roomCall, tenantCall } from './calls.mjs';
import { Instance } from './instance.mjs';
import { Ledger } from './ledger.mjs';
import { Line } from './line.mjs';
import { freePort, MongoSet } from './mongo-set.mjs';
import { Readers } from './readers.mjs';
import { Senders } from './senders.mjs';

const ADMIN_TOKEN = 'of-checks-that-nobody-else-can-reach';
const POLL_MS = 50;
// Longer than MongoDB keeps what a transaction holds whose client has died.
const AGAIN_MS = 120_000;
const ANSWERS_MS = 30_000;

/** What faults are made on: mongods, instances, deployments, and people who write and read all the time. All of it goes with `end()`. */
export class Scene {
  #folder = null;
  #beginning = null;
  #lines = [];

  set = new MongoSet();
  instances = [];
  tenants = [];
  ledger = new Ledger();
  readers = new Readers(this.ledger);
  /** Lines to the instances that half of all tries to send take. */
  lines = [];
  senders = null;
  /** What was found wrong on the way. */
  problems = [];

  constructor(options) {
    this.options = options;
    this.random = seededRandom(options.seed);
  }

  /** Resolves with everything up, and nobody writing or reading yet. */
  begin() {
    this.#beginning = this.#begin();
    return this.#beginning;
  }

  async #begin() {
    const { members, electionTimeoutMs, instances } = this.options;
    this.#folder = await mkdtemp(join(tmpdir(), 'anteroom-faults-'));
    await this.set.begin({ folder: this.#folder, size: members, electionTimeoutMs });
    for (let at = 0; at < instances; at++) await this.addInstance();
    await this.#register();
  }

  /** One more instance, on the set or on what `variables` say. */
  async addInstance(variables = {}) {
    const own = { MONGODB_URI: this.set.uri, ADMIN_TOKEN, DEMO: 'off', LOG_FORMAT: 'json', STOP_DELAY_SECONDS: '2', ...variables };
    const name = `instance-${this.instances.length}`;
    const instance = new Instance({ name, port: await freePort(), variables: own, folder: this.#folder, nodeOptions: this.options.nodeOptions });
    this.instances.push(instance);
    await instance.start();
    return instance;
  }

  /** A line to a port, which ends with the scene. */
  async lineTo(port) {
    const line = await Line.to(port);
    this.#lines.push(line);
    return line;
  }

  async beginSending() {
    const { perSecond, senders: count, seed } = this.options;
    this.lines = await Promise.all(this.instances.map(({ port }) => this.lineTo(port)));
    const urls = this.instances.flatMap(({ url }, at) => [url, this.lines[at].url]);
    this.senders = new Senders({ ...this, urls, perSecond, count, seed });
    this.senders.begin();
  }

  /** Resolves when a send that was begun from now on has been answered. */
  async sendsAgain() {
    const before = this.ledger.sends.size;
    const isAgain = () => [...this.ledger.sends.values()].slice(before).some(({ answer }) => answer !== null);
    for (const deadline = Date.now() + AGAIN_MS; !isAgain(); await pause(POLL_MS)) {
      if (Date.now() > deadline) throw new Error(`no send was answered for ${AGAIN_MS / 1_000} s`);
    }
  }

  /** No more is sent; resolves when what was under way is answered. */
  async endSending() {
    await this.senders.end({ patienceMs: ANSWERS_MS });
    this.ledger.end();
  }

  /** Ends every process and connection and removes every file. */
  async end() {
    await this.#beginning?.catch(() => undefined);
    await this.senders?.end({ patienceMs: 0 });
    await this.readers.end();
    await Promise.allSettled(this.#lines.map((line) => line.end()));
    await Promise.allSettled(this.instances.map((instance) => instance.stop()));
    await this.set.end();
    if (this.#folder !== null) await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  async #register() {
    const { tenants, rooms } = this.options;
    const [{ url }] = this.instances;
    await eachOf(upTo(tenants), 4, async (at) => {
      const key = `faults-${at}`;
      await get(url, tenantCall(ADMIN_TOKEN, key));
      const { key: token } = await get(url, keyCall(ADMIN_TOKEN, key));
      const tenant = { key, token, rooms: [] };
      for (const number of upTo(rooms)) tenant.rooms.push((await get(url, roomCall(tenant, number))).roomData._id);
      this.tenants.push(tenant);
    });
    // Changes of the directory are in force elsewhere a moment later.
    await Promise.all(this.instances.map((instance) => this.#knows(instance)));
  }

  async #knows({ url }) {
    await eachOf(this.tenants, 4, async (tenant) => {
      for (const deadline = Date.now() + AGAIN_MS; (await ask(url, listCall(tenant))).status !== 200; await pause(POLL_MS)) {
        if (Date.now() > deadline) throw new Error(`${url} does not know ${tenant.key} of agent ${AGENT}`);
      }
    });
  }
}
