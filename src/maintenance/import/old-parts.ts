import { toDocument } from '../../mongo/index.js';
import type { Participant } from '../../room/index.js';
import { dateOf, toOldMessage, toOldParticipant, type OldDocument, type OldMessage } from './old-documents.js';
import { ofMessage, ofParticipant } from './checksum.js';
import type { OldPart } from './old-group.js';
import type { Slice } from './slice.js';
import { ROOM_FIELD_OF, type OfRooms } from './source.repository.js';
import type { Tally } from './tally.js';

const MESSAGES_AT_ONCE = 1_000;

/** Documents in the order of their places, handed out place by place; only one of them is decoded ahead. */
class ByPlace {
  private batch: readonly Buffer[] = [];
  private at = 0;
  private ahead: OldDocument | null = null;

  constructor(
    private readonly field: string,
    private readonly batches: AsyncIterator<Buffer[]>,
  ) {}

  /** The next documents of this place, so many at most. */
  async take(place: number, most: number): Promise<OldDocument[]> {
    const taken: OldDocument[] = [];
    while (taken.length < most) {
      if (this.ahead === null && this.at === this.batch.length && !(await this.refill())) break;
      this.ahead ??= toDocument(this.batch[this.at++] as Buffer);
      if (this.ahead[this.field] !== place) break;
      taken.push(this.ahead);
      this.ahead = null;
    }
    return taken;
  }

  private async refill(): Promise<boolean> {
    const next = await this.batches.next();
    if (next.done === true) return false;
    [this.batch, this.at] = [next.value, 0];
    return true;
  }
}

/** Puts participants and messages of a slice together room by room, checks their form and takes their checksums. */
export class OldParts {
  private readonly participants: ByPlace;
  private readonly messages: ByPlace;

  constructor(
    private readonly slice: Slice,
    sources: Readonly<Record<OfRooms, AsyncIterator<Buffer[]>>>,
    private readonly tally: Tally,
  ) {
    this.participants = new ByPlace(ROOM_FIELD_OF.roomusers, sources.roomusers);
    this.messages = new ByPlace(ROOM_FIELD_OF.chats, sources.chats);
  }

  /** Each room's part, and further ones where it has many messages. */
  async *read(): AsyncGenerator<OldPart> {
    for (const [place, group] of this.slice.groups.entries()) {
      if (group === null) {
        await this.leave(place);
        continue;
      }
      const participants = await this.readParticipants(place);
      let { read, isLast } = await this.readMessages(place);
      yield { group, place, isFirst: true, participants, messages: read };
      while (!isLast) {
        ({ read, isLast } = await this.readMessages(place));
        yield { group, place, isFirst: false, participants: [], messages: read };
      }
    }
  }

  private async readParticipants(place: number): Promise<Participant[]> {
    const read: Participant[] = [];
    for (const old of await this.participants.take(place, Infinity)) {
      this.understand('roomusers', old, (leaveOut) => {
        const checksum = ofParticipant(old);
        const participant = toOldParticipant(old, this.slice.headOf(place), leaveOut);
        this.slice.addParticipant(place, participant, checksum);
        read.push(participant);
      });
    }
    return read;
  }

  private async readMessages(place: number): Promise<{ read: OldMessage[]; isLast: boolean }> {
    const read: OldMessage[] = [];
    const all = await this.messages.take(place, MESSAGES_AT_ONCE);
    const head = this.slice.headOf(place);
    for (const old of all) {
      this.understand('chats', old, (leaveOut) => {
        const checksum = ofMessage(old, dateOf(old, head));
        read.push(toOldMessage(old, head, leaveOut));
        this.slice.sums.add(place, checksum);
      });
    }
    return { read, isLast: all.length < MESSAGES_AT_ONCE };
  }

  private understand(name: OfRooms, old: OldDocument, read: (leaveOut: (field: string) => void) => void): void {
    this.tally.read(name);
    const { _id: id } = old;
    try {
      read((field) => this.tally.leaveOut(name, field));
    } catch (error) {
      this.tally.misunderstand(name, id, error);
    }
  }

  // Of rooms that could not be understood.
  private async leave(place: number): Promise<void> {
    for (const [name, documents] of [['roomusers', this.participants], ['chats', this.messages]] as const) {
      for (let some = await documents.take(place, MESSAGES_AT_ONCE); some.length > 0; some = await documents.take(place, MESSAGES_AT_ONCE)) {
        for (const { _id: id } of some) {
          this.tally.read(name);
          this.tally.skip(name, id, 'its room cannot be understood');
        }
      }
    }
  }
}
