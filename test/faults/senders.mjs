import { setTimeout as pause } from 'node:timers/promises';

import { upTo } from '../../bench/numbers.mjs';
import { ask, LateError, sendCall } from './calls.mjs';

const BACK_OFF_MS = 100;
// What says that it may be tried again; anything else is a fault of these checks or of the service.
const PASSING = [429, 502, 503, 504];

/** People who write at a steady pace all together, each one message at a time, and who send one again with its key until it is answered. */
export class Senders {
  #stopping = false;
  #givesUp = false;
  #lines = [];
  #nextAt = 0;

  /** What no send should get. */
  refusals = [];

  constructor({ tenants, urls, ledger, random, perSecond, count, seed }) {
    Object.assign(this, { tenants, urls, ledger, random, perSecond, count, seed });
  }

  begin() {
    this.#lines = upTo(this.count).map((at) => this.#write(at));
  }

  /** Begins no more sends, and waits for the answers to those that are under way. */
  async end({ patienceMs }) {
    this.#stopping = true;
    const late = setTimeout(() => (this.#givesUp = true), patienceMs);
    await Promise.all(this.#lines);
    clearTimeout(late);
  }

  async #write(at) {
    const tenant = this.tenants[at % this.tenants.length];
    for (let nth = 0; await this.#turn(); nth++) {
      const room = tenant.rooms[nth % tenant.rooms.length];
      await this.#send(tenant, this.ledger.open({ tenant, room, sender: `sender-${at}`, text: `${this.seed}-${at}-${nth}` }), at + nth);
    }
  }

  // Waits for this writer's turn; false when it is over.
  async #turn() {
    const now = performance.now();
    const at = Math.max(this.#nextAt, now);
    this.#nextAt = at + ((0.5 + this.random()) * 1_000) / this.perSecond;
    await pause(at - now);
    return !this.#stopping;
  }

  async #send(tenant, send, first) {
    for (let tried = 0; ; tried++) {
      // As behind a balancer: another instance is asked where one does not answer.
      const fault = await this.#try(tenant, send, this.urls[(first + tried) % this.urls.length]);
      if (fault === null || this.#givesUp) return;
      this.ledger.countRetry(fault);
      await pause(BACK_OFF_MS * (1 + this.random()));
    }
  }

  // Answers null where there is nothing to try again, else why there is.
  async #try(tenant, send, url) {
    const began = performance.now();
    try {
      const { status, headers, body } = await ask(url, sendCall(tenant, send));
      this.ledger.noteAnswer(performance.now() - began);
      if (PASSING.includes(status)) return `${status} ${body.error}`;
      if (status === 200) this.ledger.acknowledge(send, body.chatData, headers.get('idempotent-replayed') === 'true');
      else this.refusals.push(`${status} ${body.error}: ${body.message}`);
      return null;
    } catch (error) {
      // No answer came, or half of one: nobody knows whether it was stored.
      return error instanceof LateError ? 'no answer in time' : 'no answer';
    }
  }
}
