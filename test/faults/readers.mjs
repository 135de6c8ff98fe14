import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';

import { io as connect4 } from 'socket.io-client';

import { get, historyCall, PATIENCE_MS, toBearer } from './calls.mjs';

// As apps and panels hold them; the older one is CommonJS.
const CONNECTORS = { '2.5.0': createRequire(import.meta.url)('socket.io-client-2'), '4.8.4': connect4 };
export const RELEASES = Object.keys(CONNECTORS);
const BACK_OFF_MS = 300;
const POLL_MS = 100;
const CONNECTED_MS = 60_000;

/** Which messages of a room have been seen: all up to one, and some after it. */
class Seen {
  #later = new Set();

  constructor(upTo = 0) {
    this.upTo = upTo;
  }

  /** False where it was seen before. */
  add(seq) {
    if (seq <= this.upTo || this.#later.has(seq)) return false;
    this.#later.add(seq);
    while (this.#later.delete(this.upTo + 1)) this.upTo += 1;
    return true;
  }

  has(seq) {
    return seq <= this.upTo || this.#later.has(seq);
  }
}

/**
 * Somebody's screen: a socket of a real client library that hears the messages of its deployment, and asks for what it may have missed
 * whenever it is connected or told to. It never guesses from a gap that it missed something: that it was told is what is to be seen.
 */
export class Reader {
  #socket;
  // What this connection has told, by room.
  #here = new Map();
  #isEnded = false;
  #catchingUp = null;
  #again = false;

  seen = new Map();
  live = 0;
  caughtUp = 0;
  /** How often it was told to catch up. */
  told = 0;
  disconnects = [];
  refusals = [];

  /** `onWrong('doubled' | 'outOfOrder', sentence)` is told of what was heard wrongly. */
  constructor({ tenant, url, release, transports, onWrong }) {
    Object.assign(this, { tenant, url, release, onWrong });
    for (const room of tenant.rooms) this.seen.set(room, new Seen());
    const options = { forceNew: true, transports, extraHeaders: toBearer(tenant.token), autoConnect: false, reconnectionDelayMax: 2_000, autoUnref: true };
    this.#socket = CONNECTORS[release](`${url}/t/${tenant.key}`, options);
    this.#socket.on('connect', () => this.#connected());
    this.#socket.on('disconnect', (reason) => this.disconnects.push(reason));
    for (const event of ['connect_error', 'error']) this.#socket.on(event, (error) => this.refusals.push(String(error?.message ?? error)));
    this.#socket.on('new-message', ({ message }) => this.#hear(message.chatData));
    this.#socket.on('catch-up', () => this.#told());
  }

  /** Resolves when it is connected for the first time. */
  async open() {
    const connected = new Promise((resolve) => this.#socket.once('connect', resolve));
    this.#socket.open();
    await connected;
  }

  get isConnected() {
    return this.#socket.connected;
  }

  async end() {
    this.#isEnded = true;
    this.#socket.close();
    await this.#catchingUp;
  }

  hasSeen(room, seq) {
    return this.seen.get(room).has(seq);
  }

  #connected() {
    this.#here.clear();
    this.#catchUp();
  }

  #told() {
    this.told += 1;
    this.#catchUp();
  }

  #hear({ room, seq }) {
    this.live += 1;
    const here = this.#here.get(room) ?? { seen: new Seen(seq - 1), newest: 0 };
    if (!here.seen.add(seq)) this.onWrong('doubled', `${this.release} heard seq ${seq} of room ${room} twice over one connection`);
    else if (seq < here.newest) this.onWrong('outOfOrder', `${this.release} heard seq ${seq} of room ${room} after ${here.newest}`);
    here.newest = Math.max(here.newest, seq);
    this.#here.set(room, here);
    this.seen.get(room).add(seq);
  }

  #catchUp() {
    this.#again = true;
    this.#catchingUp ??= this.#catchUpAll().finally(() => (this.#catchingUp = null));
  }

  async #catchUpAll() {
    while (this.#again && !this.#isEnded) {
      this.#again = false;
      for (const room of this.seen.keys()) await this.#read(room);
    }
  }

  async #read(room) {
    for (let after = this.seen.get(room).upTo; !this.#isEnded;) {
      const page = await get(this.url, historyCall(this.tenant, room, after), PATIENCE_MS).catch(() => null);
      if (page === null) await pause(BACK_OFF_MS);
      else if (page.length === 0) return;
      else {
        for (const { seq } of page) if (this.seen.get(room).add(seq)) this.caughtUp += 1;
        after = page.at(-1).seq;
      }
    }
  }
}

/** All that read in a scene. */
export class Readers {
  #ledger;
  all = [];

  constructor(ledger) {
    this.#ledger = ledger;
  }

  /** One more reader, once it is connected. */
  async add(options) {
    const onWrong = (what, sentence) => this.#ledger.countWrong(what, sentence);
    const reader = new Reader({ transports: ['websocket'], ...options, onWrong });
    this.all.push(reader);
    await reader.open();
    return reader;
  }

  /** Who reads over a line. */
  on({ url }) {
    return this.all.filter((reader) => reader.url === url);
  }

  /** Resolves when everybody is connected. */
  async connected() {
    const deadline = Date.now() + CONNECTED_MS;
    while (!this.all.every(({ isConnected }) => isConnected)) {
      if (Date.now() > deadline) throw new Error(`readers are not connected after ${CONNECTED_MS / 1_000} s: ${this.#away()}`);
      await pause(POLL_MS);
    }
  }

  /** Whether everybody of its deployment has seen a message. */
  haveSeen({ tenant, room, answer }) {
    return this.all.every((reader) => reader.tenant !== tenant || reader.hasSeen(room, answer.seq));
  }

  /** Resolves when everybody has seen all these messages, or has had the time to. */
  async haveSeenAll(sends, { patienceMs }) {
    let left = sends;
    for (const deadline = Date.now() + patienceMs; left.length > 0 && Date.now() < deadline; await pause(POLL_MS)) {
      left = left.filter((send) => !this.haveSeen(send));
    }
  }

  async end() {
    await Promise.all(this.all.map((reader) => reader.end()));
  }

  #away() {
    const away = this.all.filter(({ isConnected }) => !isConnected);
    return away.map(({ release, disconnects, refusals }) => `${release} (${disconnects.at(-1)}; ${refusals.at(-1)})`).join(', ');
  }
}
