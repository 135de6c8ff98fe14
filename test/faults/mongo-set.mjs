import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import mongoose from 'mongoose';

import { readConfig } from '../../dist/config/read-config.js';
import { findMongod } from '../../dist/mongo/embedded/mongod-binary.js';
import { MongodProcess } from '../../dist/mongo/embedded/mongod-process.js';

const { MongoClient } = mongoose.mongo;
const NAME = 'faults';
const POLL_MS = 50;
const PATIENCE_MS = 90_000;

/** A port that nothing listens on. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Real mongods in a replica set, each of which can be killed, stopped and started again on its data and port. None outlives this process. */
export class MongoSet {
  #binary;
  members = [];
  /** The driver's client of the checks themselves. */
  client = null;

  /** Resolves with the set writable and all its members in it. */
  async begin({ folder, size, electionTimeoutMs }) {
    const { binary, path, cache } = readConfig(process.env).mongo.embedded;
    this.#binary = await findMongod({ binary: binary ?? undefined, path, cache, note: (line) => process.stderr.write(`${line}\n`) });
    for (let at = 0; at < size; at++) this.members.push({ name: `mongod ${at}`, port: await freePort(), folder: join(folder, `mongod-${at}`), mongod: null });
    await Promise.all(this.members.map((member) => this.start(member)));
    await initiate(this.members, { electionTimeoutMillis: electionTimeoutMs, heartbeatIntervalMillis: 500 });
    this.client = new MongoClient(this.uri, { serverSelectionTimeoutMS: PATIENCE_MS });
    await this.whole();
  }

  get uri() {
    return `mongodb://${this.members.map(hostOf).join(',')}/?replicaSet=${NAME}`;
  }

  get admin() {
    return this.client.db('admin');
  }

  async start(member) {
    await mkdir(member.folder, { recursive: true });
    member.mongod = await MongodProcess.spawn(this.#binary, member.folder, member.port, NAME);
    await member.mongod.listening();
    await member.mongod.log.keep();
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(member) {
    // mongod's own note of its process id; the process that was spawned is only its keeper.
    process.kill(Number(await readFile(join(member.folder, 'mongod.lock'), 'utf8')), 'SIGKILL');
    await member.mongod.ended;
  }

  /** A clean shutdown; resolves when it is gone. */
  async stop(member) {
    await member.mongod.end();
  }

  async primary() {
    const { members } = await this.admin.command({ replSetGetStatus: 1 });
    const { name } = members.find(({ stateStr }) => stateStr === 'PRIMARY') ?? {};
    return this.members.find((member) => hostOf(member) === name) ?? null;
  }

  async aSecondary() {
    const primary = await this.primary();
    return this.members.find((member) => member !== primary);
  }

  /** Resolves when there is a primary and every other member is a secondary. */
  async whole() {
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await this.#isWhole().catch(() => false))) {
      if (Date.now() > deadline) throw new Error(`the replica set is not whole after ${PATIENCE_MS / 1_000} s`);
      await pause(POLL_MS);
    }
  }

  async #isWhole() {
    const { members } = await this.admin.command({ replSetGetStatus: 1 });
    const states = members.map(({ stateStr }) => stateStr);
    return states.includes('PRIMARY') && states.every((state) => state === 'PRIMARY' || state === 'SECONDARY');
  }

  /** Ends every member. */
  async end() {
    await this.client?.close().catch(() => undefined);
    await Promise.allSettled(this.members.map(({ mongod }) => mongod?.end()));
  }
}

function hostOf({ port }) {
  return `127.0.0.1:${port}`;
}

async function initiate(members, settings) {
  const client = new MongoClient(`mongodb://${hostOf(members[0])}/`, { directConnection: true });
  try {
    const config = { _id: NAME, members: members.map((member, _id) => ({ _id, host: hostOf(member) })), settings };
    await client.db('admin').command({ replSetInitiate: config });
  } finally {
    await client.close();
  }
}
