import { toDocument } from '../../mongo/index.js';
import type { Participant } from '../../room/index.js';
import { ofParticipant } from './checksum.js';
import { toOldParticipant } from './old-documents.js';
import { readMessage, type OldMessage } from './old-message.js';
import type { ByPlace, Taken } from './by-place.js';
import type { OldPart } from './old-group.js';
import { NotUnderstoodError } from './old-values.js';
import { checkSize, MOST_PARTICIPANTS_BYTES } from './sized.js';
import type { Slice } from './slice.js';
import type { OfRooms } from './source.repository.js';
import type { Tally } from './tally.js';

const AT_ONCE = 1_000;

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
      const { participants, bytes } = await this.readParticipants(place);
      let messages = await this.readMessages(place);
      yield { group, place, isFirst: true, participants, messages: messages.read, bytes: bytes + messages.bytes };
      while (!messages.isLast) {
        messages = await this.readMessages(place);
        yield { group, place, isFirst: false, participants: [], messages: messages.read, bytes: messages.bytes };
      }
    }
  }

  private async readParticipants(place: number): Promise<{ participants: Participant[]; bytes: number }> {
    const participants: Participant[] = [];
    let bytes = 0;
    for await (const one of this.takeAll('roomusers', place)) {
      this.understand('roomusers', one, (leaveOut) => {
        const together = bytes + one.length;
        if (together > MOST_PARTICIPANTS_BYTES) throw new NotUnderstoodError('size in bytes of all in the room', together, `at most ${MOST_PARTICIPANTS_BYTES}`);
        const old = toDocument(one);
        const checksum = ofParticipant(old);
        const participant = toOldParticipant(old, this.slice.headOf(place), leaveOut);
        this.slice.addParticipant(place, participant, checksum);
        participants.push(participant);
        bytes = together;
      });
    }
    return { participants, bytes };
  }

  private async readMessages(place: number): Promise<{ read: OldMessage[]; bytes: number; isLast: boolean }> {
    const read: OldMessage[] = [];
    let bytes = 0;
    const { all, isLast } = await this.take('chats', place);
    const head = this.slice.headOf(place);
    for (const one of all) {
      this.understand('chats', one, (leaveOut) => {
        const message = readMessage(one, head, leaveOut);
        read.push(message);
        this.slice.sums.add(place, message.checksum);
        bytes += message.unplaced.bytes.length;
      });
    }
    return { read, bytes, isLast };
  }

  private understand(name: OfRooms, bytes: Buffer, read: (leaveOut: (field: string) => void) => void): void {
    this.tally.read(name);
    try {
      checkSize(bytes);
      read((field) => this.tally.leaveOut(name, field));
    } catch (error) {
      this.tally.misunderstand(name, toDocument(bytes)._id, error);
    }
  }

  // Of rooms that could not be understood.
  private async leave(place: number): Promise<void> {
    for (const name of ['roomusers', 'chats'] as const) {
      for await (const bytes of this.takeAll(name, place)) {
        this.tally.read(name);
        this.tally.skip(name, toDocument(bytes)._id, 'its room cannot be understood');
      }
    }
  }

  private async *takeAll(name: OfRooms, place: number): AsyncGenerator<Buffer> {
    for (let taken: Taken | null = null; !taken?.isLast; ) {
      taken = await this.take(name, place);
      yield* taken.all;
    }
  }

  private take(name: OfRooms, place: number): Promise<Taken> {
    return this.sources[name].take(this.slice.from + place, AT_ONCE);
  }
}
