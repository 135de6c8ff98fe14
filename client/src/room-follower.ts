import { Rounds, tell } from './rounds.js';
import type { MessageCalls } from './messages.js';
import type { Message } from './wire.js';

/** From where a room is followed. */
export interface RoomStart {
  /** `seq` of the newest message that is known already; 0 for none. */
  readonly after_seq: number;
  /** Hears why what was missed could not be asked for. It is asked for again, unless the service refused it: then at the next connection. */
  readonly onFault?: (error: unknown) => void;
}

// So many messages are kept that cannot be told yet; more are asked for again.
const MOST_EARLY = 1_000;
// A server that is no longer the primary may answer without the newest messages until it knows, which takes up to ten seconds.
const MOST_STALE_ROUNDS = 6;

/** The messages of a room, once each and in order: those that are heard, and in their place those that were not. */
export class RoomFollower {
  private last: number;
  private readonly early = new Map<number, Message>();
  private staleRounds = 0;
  private readonly rounds: Rounds;

  constructor(
    private readonly roomId: string,
    private readonly messages: MessageCalls,
    { after_seq: afterSeq, onFault }: RoomStart,
    private readonly listener: (message: Message) => void,
  ) {
    this.last = afterSeq;
    this.rounds = new Rounds({ work: () => this.findMissed(), onFault });
  }

  /** A message of any room was heard. */
  hear(message: Message): void {
    if (message.room !== this.roomId || message.seq <= this.last) return;
    this.early.set(message.seq, message);
    this.tellNext();
    if (this.early.size > MOST_EARLY) this.early.clear();
    if (message.seq > this.last) this.catchUp();
  }

  /** Something may have been missed. */
  catchUp(): void {
    this.rounds.ask();
  }

  end(): void {
    this.rounds.end();
  }

  private async findMissed(): Promise<boolean> {
    const before = this.last;
    for await (const page of this.messages.newerPages(this.roomId, { after_seq: this.last })) {
      for (const message of page) if (message.seq > this.last) this.early.set(message.seq, message);
      this.tellUpTo(page[page.length - 1]?.seq ?? this.last);
    }
    this.tellNext();
    if (this.early.size === 0 || this.isMissingForGood(before)) this.tellUpTo(Infinity);
    return this.early.size === 0;
  }

  // A place that stays empty is that of a message that was removed.
  private isMissingForGood(before: number): boolean {
    this.staleRounds = this.last === before ? this.staleRounds + 1 : 0;
    return this.staleRounds >= MOST_STALE_ROUNDS;
  }

  private tellNext(): void {
    for (let next = this.early.get(this.last + 1); next !== undefined; next = this.early.get(this.last + 1)) this.tell(next);
  }

  private tellUpTo(seq: number): void {
    const due = [...this.early.values()].filter((message) => message.seq <= seq);
    for (const message of due.sort((one, other) => one.seq - other.seq)) this.tell(message);
  }

  private tell(message: Message): void {
    this.last = message.seq;
    this.early.delete(message.seq);
    tell(this.listener, message);
  }
}
