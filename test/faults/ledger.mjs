/** Every send that was begun, under which fault, and what was answered. */
export class Ledger {
  #periods = [];
  /** How often sends were tried again because of what. */
  reasons = new Map();
  /** What was done wrong to readers. */
  wrongs = [];
  /** By text, which is unlike any other's. */
  sends = new Map();

  /** From now on everything happens under this fault. */
  begin(fault) {
    const now = performance.now();
    this.#close(now);
    this.#periods.push({ fault, began: now, lastAcknowledged: now, longestPause: 0, retries: 0, replays: 0, longestAnswer: 0, doubled: 0, outOfOrder: 0 });
  }

  end() {
    this.#close(performance.now());
  }

  /** The fault that is being made, with what was counted under it. */
  get period() {
    return this.#periods.at(-1);
  }

  get periods() {
    return this.#periods;
  }

  get acknowledged() {
    return [...this.sends.values()].filter(({ answer }) => answer !== null);
  }

  get unanswered() {
    return [...this.sends.values()].filter(({ answer }) => answer === null);
  }

  /** A send that is about to be tried for the first time. */
  open(send) {
    const opened = { ...send, period: null, answer: null };
    this.sends.set(send.text, opened);
    return opened;
  }

  /** A send will be tried again, because of that. */
  countRetry(reason) {
    this.period.retries += 1;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
  }

  /** An answer of whatever status came after that time. */
  noteAnswer(ms) {
    this.period.longestAnswer = Math.max(this.period.longestAnswer, ms);
  }

  /** `send` was answered with this message. */
  acknowledge(send, { _id, seq }, isReplay) {
    send.period = this.period;
    send.answer = { id: _id, seq };
    if (isReplay) this.period.replays += 1;
    this.#heard(performance.now());
  }

  /** Something was told to a reader that should not have been told so. */
  countWrong(what, sentence) {
    this.period[what] += 1;
    this.wrongs.push(sentence);
  }

  #heard(now) {
    const { period } = this;
    period.longestPause = Math.max(period.longestPause, now - period.lastAcknowledged);
    period.lastAcknowledged = now;
  }

  #close(now) {
    if (this.period !== undefined) this.#heard(now);
  }
}
