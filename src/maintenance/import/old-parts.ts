import type { Participant } from '../../room/index.js';
import { dateOf, toOldMessage, toOldParticipant, type OldDocument, type OldMessage } from './old-documents.js';
import { ofMessage, ofParticipant } from './checksum.js';
import type { ByPlace } from './by-place.js';
import type { OldPart } from './old-group.js';
import type { Slice } from './slice.js';
import type { OfRooms } from './source.repository.js';
import type { Tally } from './tally.js';

const MESSAGES_AT_ONCE = 1_000;

/** Puts participants and messages of a slice together room by room, checks their form and takes their checksums. */
export class OldParts {
  constructor(
    private readonly slice: Slice,
    private readonly sources: Readonly<Record<OfRooms, ByPlace>>,
    private readonly tally: Tally,
  ) {}

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
    for (const old of await this.take('roomusers', place, Infinity)) {
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
    const all = await this.take('chats', place, MESSAGES_AT_ONCE);
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
    for (const name of ['roomusers', 'chats'] as const) {
      for (let some = await this.take(name, place, MESSAGES_AT_ONCE); some.length > 0; some = await this.take(name, place, MESSAGES_AT_ONCE)) {
        for (const { _id: id } of some) {
          this.tally.read(name);
          this.tally.skip(name, id, 'its room cannot be understood');
        }
      }
    }
  }

  private take(name: OfRooms, place: number, most: number): Promise<OldDocument[]> {
    return this.sources[name].take(this.slice.from + place, most);
  }
}
