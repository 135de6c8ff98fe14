import type { Joiner, Message, Room } from '../room/index.js';

/** What the messages of one room come to; each is added once, by `seq`. */
export class CheckTally {
  /** How many there are. */
  count = 0;
  /** The greatest `seq` of them. */
  greatest = 0;
  /** How many have the `seq` of another one. */
  doubled = 0;
  /** The one with the greatest `created_date`, of those the one with the greatest `seq`. */
  newest: Message | null = null;
  /** The same of those that were sent here: what was moved in moves no room and makes nobody join, so that a room is as its source had it. */
  newestSent: Message | null = null;
  /** Whether the room's preview is one of them. */
  hasPreview = false;
  /** Whether one of them has the `seq` of the room's preview. */
  hasPreviewsPlace = false;
  private readonly firsts = new Map<string, Message>();

  constructor(private readonly preview: Room['last_message']) {}

  /** The first message that each sender sent here. */
  get senders(): Message[] {
    return [...this.firsts.values()];
  }

  add(message: Message): void {
    this.count++;
    if (message.seq === this.greatest) this.doubled++;
    this.greatest = Math.max(this.greatest, message.seq);
    this.newest = toNewer(this.newest, message);
    this.hasPreview ||= this.preview?._id.equals(message._id) === true;
    this.hasPreviewsPlace ||= this.preview?.seq === message.seq;
    if (message.brought_in === true) return;
    this.newestSent = toNewer(this.newestSent, message);
    const sender = JSON.stringify(Object.values(toJoiner(message)));
    if (!this.firsts.has(sender)) this.firsts.set(sender, message);
  }
}

/** The newer of two messages as previews count it. */
export function toNewer(one: Message | null, other: Message | null): Message | null {
  if (one === null || other === null) return one ?? other;
  const apart = other.created_date.getTime() - one.created_date.getTime() || other.seq - one.seq;
  return apart >= 0 ? other : one;
}

/** Whoever a message is from or a participant is, as a room knows them again. */
export function toJoiner({ user_type, auth_user_id = null, email = null }: Pick<Message, 'user_type' | 'auth_user_id' | 'email'>): Joiner {
  return { user_type, user_id: auth_user_id, email };
}
