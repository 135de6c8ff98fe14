import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { Logger } from '@nestjs/common';
import mongoose, { type Connection, type ConnectOptions, type mongo } from 'mongoose';

import type { Metrics } from '../observe/index.js';
import type { DatabaseUser } from './database-user.js';
import { Deadline, type Patience } from './deadline.js';
import { GivenUpTransactions } from './given-up-transactions.js';
import { DatabaseUnavailableError, toDatabaseError, toUserError } from './mongo.errors.js';
import { PoolWatch } from './pool-watch.js';
import { toSettledDate, type Hello } from './settled-date.js';
import { runTransaction, type Session } from './transaction.js';

const RECONNECT_MS = 500;
const HEARTBEAT_POLL_MS = 50;
// Longer than making the indexes of two hundred deployments that are all called for the first time at once.
const LONGEST_WORK_MS = 20_000;

/** One MongoDB replica set with one client, which all share that have no database user; connects in the background and comes back by itself. */
export class Cluster {
  /** What its connections are doing. */
  readonly pool = new PoolWatch();
  private readonly logger = new Logger('mongo');
  private readonly connection: Connection = mongoose.createConnection();
  private readonly patience: Patience;
  private readonly givenUp = new GivenUpTransactions();
  private opening: Promise<void> | null = null;
  private closed = false;
  private heardAt = 0;
  private probing = false;
  private settledDate: Date | null = null;

  constructor(
    readonly name: string,
    private readonly uri: string,
    private readonly timeoutMs: number,
    private readonly metrics: Metrics,
    private readonly login: { readonly user: DatabaseUser; readonly parent: Cluster } | null = null,
  ) {
    // Every call that waits for the connection listens to it.
    this.connection.setMaxListeners(0);
    this.patience = { silenceMs: timeoutMs, workMs: LONGEST_WORK_MS, lastSign: () => this.lastSign(), probe: () => this.probe() };
    // Reads the URI without connecting, so that one that nobody can understand stops the start.
    new mongoose.mongo.MongoClient(uri);
  }

  /** A small client of its own to the same replica set, logged in as that user; it connects when it is used. */
  as(user: DatabaseUser): Cluster {
    return new Cluster(this.name, this.uri, this.timeoutMs, this.metrics, { user, parent: this });
  }

  /** Whether its client is logged in as a database's own user. */
  get hasUser(): boolean {
    return this.login !== null;
  }

  /** Begins to connect and keeps trying until it is connected once or closed; later faults are the driver's to mend. */
  open(): Promise<void> {
    this.opening ??= this.hasUser ? this.openOnce() : this.keepOpening();
    return this.opening;
  }

  /**
   * Runs database work once a primary is in sight. A caller waits as long as the primary answers anything at all, and no
   * longer than `timeoutMs` for one that is away or silent. It is counted as being about `what`: one of a few words; null: counted elsewhere.
   * @throws DatabaseUnavailableError for whatever passes: no primary, no answer in time, an election; for what a database's own user is refused
   */
  async run<T>(work: (connection: Connection, deadline: Deadline) => Promise<T>, what: string | null = 'other'): Promise<T> {
    const began = performance.now();
    const deadline = new Deadline(this.patience);
    try {
      const result = await deadline.bound(async () => {
        if (this.connection.readyState !== mongoose.STATES.connected) await this.connected();
        return work(this.connection, deadline);
      });
      this.hear();
      return result;
    } catch (error) {
      throw this.hasUser ? toUserError(error) : toDatabaseError(error);
    } finally {
      if (what !== null) this.metrics.countWork(this.name, what, (performance.now() - began) / 1_000);
    }
  }

  /**
   * Runs `work` in one transaction, after `prepare`: all of it is stored, majority and journaled, or none; conflicts are tried again with jitter. One
   * deadline bounds both, so that nothing goes on whose caller has been answered.
   */
  inTransaction<T>(work: (session: Session, connection: Connection) => Promise<T>, prepare?: (connection: Connection) => Promise<void>): Promise<T> {
    const inOne = async (connection: Connection, deadline: Deadline): Promise<T> => {
      await prepare?.(connection);
      return runTransaction({ client: connection.getClient(), deadline, givenUp: this.givenUp }, (session) => work(session, connection));
    };
    return this.run(inOne, 'transaction');
  }

  /** @throws DatabaseUnavailableError when no primary answers in time */
  async ping(): Promise<void> {
    await this.run((connection) => connection.getClient().db('admin').command({ ping: 1 }), 'ping');
  }

  /** A date up to which reads that begin from now on see everything; the driver's monitor hears of it every second. @throws DatabaseUnavailableError */
  async findSettledDate(): Promise<Date> {
    if (this.settledDate === null) this.settle(await this.run((connection) => connection.getClient().db('admin').command({ hello: 1 })));
    return this.settledDate ?? Promise.reject(new DatabaseUnavailableError());
  }

  /** The driver's client, once a primary is in sight. @throws DatabaseUnavailableError */
  client(): Promise<mongo.MongoClient> {
    return this.run((connection) => Promise.resolve(connection.getClient()), null);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.connection.destroy();
  }

  private async connected(): Promise<void> {
    const opened = this.open();
    // Whoever is refused hears why at once.
    if (this.hasUser) await opened;
    if (this.connection.readyState === mongoose.STATES.connected) return;
    const signal = AbortSignal.timeout(this.timeoutMs);
    await Promise.race([once(this.connection, 'connected', { signal }), this.heartbeat(signal)]);
  }

  // Where mongoose has heard no heartbeat for two intervals, after a long computation of our own for instance, it says that it is not
  // connected, and tells nobody when it hears the next.
  private async heartbeat(signal: AbortSignal): Promise<void> {
    while (this.connection.readyState !== mongoose.STATES.connected) await delay(HEARTBEAT_POLL_MS, undefined, { signal });
  }

  private isClosed(): boolean {
    return this.closed;
  }

  // A client that is still logging in has heard nothing of a server that answers others.
  private lastSign(): number {
    return Math.max(this.heardAt, this.login?.parent.lastSign() ?? 0);
  }

  // Over a connection that calls use themselves: the driver's monitor would hear from a server that answers nobody else.
  private probe(): void {
    this.login?.parent.probe();
    if (this.probing || this.connection.readyState !== mongoose.STATES.connected) return;
    this.probing = true;
    const admin = this.connection.getClient().db('admin');
    const asked = admin.command({ ping: 1 }).then(() => this.hear());
    void asked.catch(() => undefined).finally(() => (this.probing = false));
  }

  private hear(): void {
    this.heardAt = performance.now();
  }

  private async keepOpening(): Promise<void> {
    for (let attempt = 1; !this.isClosed(); attempt++) {
      try {
        await this.connect();
        return;
      } catch (error) {
        if (attempt === 1) this.logger.warn({ err: error, cluster: this.name }, 'cannot connect to MongoDB yet; trying on');
        await delay(RECONNECT_MS);
      }
    }
  }

  // A password that is refused is not sent again until somebody calls again.
  private async openOnce(): Promise<void> {
    try {
      if (this.isClosed()) throw new DatabaseUnavailableError();
      await this.connect();
    } catch (error) {
      this.opening = null;
      throw error;
    }
  }

  private async connect(): Promise<void> {
    const options = this.login === null ? {} : userOptions(this.login.user, this.timeoutMs);
    const opened = this.connection.openUri(this.uri, { ...clientOptions(this.timeoutMs), ...options });
    this.pool.begin(this.connection.getClient());
    await opened;
    if (this.isClosed()) await this.connection.destroy();
    else this.connection.getClient().on('serverHeartbeatSucceeded', ({ reply }) => this.settle(reply));
  }

  private settle(hello: Hello): void {
    this.settledDate = toSettledDate(hello) ?? this.settledDate;
  }
}

// A tenant's share of a server that may have many of them; its monitor asks over one connection instead of two.
function userOptions({ database, password }: DatabaseUser, timeoutMs: number): ConnectOptions {
  return {
    // Callers are answered by the deadline; a busy server may need longer for the first login.
    connectTimeoutMS: 2 * timeoutMs,
    serverSelectionTimeoutMS: 2 * timeoutMs,
    auth: { username: database, password },
    authSource: database,
    authMechanism: 'SCRAM-SHA-256',
    maxPoolSize: 5,
    minPoolSize: 0,
    maxIdleTimeMS: 60_000,
    serverMonitoringMode: 'poll',
  };
}

function clientOptions(timeoutMs: number): ConnectOptions {
  return {
    appName: 'anteroom',
    autoIndex: false,
    autoCreate: false,
    bufferCommands: false,
    connectTimeoutMS: timeoutMs,
    serverSelectionTimeoutMS: timeoutMs,
    waitQueueTimeoutMS: LONGEST_WORK_MS,
    // Callers are answered by the deadline; this frees what a silent server holds, and is long enough to build an index.
    socketTimeoutMS: 60_000,
    // Also how soon a database is seen that came back: calls wait for the connection and do not ask for it.
    heartbeatFrequencyMS: 1_000,
    maxPoolSize: 50,
    readPreference: 'primary',
    readConcern: { level: 'majority' },
    writeConcern: { w: 'majority', journal: true },
  };
}
