import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A network line to a port of this machine that can be cut, be slow, lose answers, or go dead without either end hearing of it. */
export class Line {
  #server;
  #target;
  #pairs = new Set();
  #delayMs = 0;
  #losesAnswers = false;
  #isShut = false;

  /** Answers a line that is good. */
  static async to(target) {
    const line = new Line();
    line.#target = target;
    line.#server = createServer((caller) => line.#join(caller)).listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    return line;
  }

  get port() {
    return this.#server.address().port;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Breaks every connection; new ones are made as before. */
  cut() {
    for (const pair of this.#pairs) pair.breakOff();
  }

  /** From now on nothing passes on the connections there are, and no end hears of the other's end; new ones are made as before. */
  goDead() {
    for (const pair of this.#pairs) pair.isDead = true;
  }

  /** Everything arrives so much later, in order. */
  beSlow(ms) {
    this.#delayMs = ms;
  }

  /** Whether calls arrive, and their answers do not. */
  loseAnswers(loses) {
    this.#losesAnswers = loses;
  }

  /** Breaks every connection, and every new one until {@link open}. */
  shut() {
    this.#isShut = true;
    this.cut();
  }

  open() {
    this.#isShut = false;
  }

  async end() {
    this.shut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(caller) {
    if (this.#isShut) return void caller.on('error', () => undefined).resetAndDestroy();
    const callee = connect(this.#target, '127.0.0.1');
    const pair = new Pair(caller, callee);
    this.#pairs.add(pair);
    caller.on('data', (part) => pair.pass(callee, part, this.#delayMs));
    callee.on('data', (part) => {
      // What was begun and not finished cannot go on.
      if (this.#losesAnswers) pair.isDeaf = true;
      if (!pair.isDeaf) pair.pass(caller, part, this.#delayMs);
    });
    const close = () => {
      if (!pair.isDead) pair.breakOff();
      if (pair.isGone) this.#pairs.delete(pair);
    };
    for (const socket of [caller, callee]) socket.setNoDelay(true).on('error', () => undefined).on('close', close);
  }
}

/** The two sockets of one connection. */
class Pair {
  #waiting = new Map();
  isDead = false;
  isDeaf = false;

  constructor(caller, callee) {
    this.caller = caller;
    this.callee = callee;
  }

  get isGone() {
    return this.caller.destroyed && this.callee.destroyed;
  }

  /** Hands a part on after that time, and after all that came before it. */
  pass(to, part, delayMs) {
    const waiting = this.#waiting.get(to) ?? [];
    this.#waiting.set(to, waiting);
    waiting.push({ part, at: performance.now() + delayMs });
    if (waiting.length === 1) this.#handOn(to, waiting);
  }

  breakOff() {
    for (const socket of [this.caller, this.callee]) socket.resetAndDestroy();
  }

  #handOn(to, waiting) {
    while (waiting.length > 0) {
      const ms = waiting[0].at - performance.now();
      if (ms > 0) return void setTimeout(() => this.#handOn(to, waiting), ms);
      const { part } = waiting.shift();
      if (!this.isDead && !to.destroyed) to.write(part);
    }
  }
}
