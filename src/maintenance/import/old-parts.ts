import type { Participant } from '../../room/index.js';
import { toOldMessage, toOldParticipant, type OldDocument, type OldMessage, type OldRoom } from './old-documents.js';
import { ofMessage, ofParticipant } from './checksum.js';
import type { OldPart } from './old-group.js';
import type { Slice } from './slice.js';
import { PLACE, type OfRooms } from './source.repository.js';
import type { Tally } from './tally.js';

const MESSAGES_AT_ONCE = 1_000;

/** Documents in the order of their places, handed out place by place. */
class ByPlace {
  private ahead: OldDocument | null = null;

  constructor(private readonly documents: AsyncIterator<OldDocument>) {}

  /** The next document of this place; null: there is no more of it. */
  async next(place: number): Promise<OldDocument | null> {
    if (this.ahead === null) {
      const next = await this.documents.next();
      this.ahead = next.done === true ? null : next.value;
    }
    if (this.ahead?.[PLACE] !== place) return null;
    const document = this.ahead;
    this.ahead = null;
    return document;
  }
}

/** Puts participants and messages of a slice together room by room, checks their form and takes their checksums. */
export class OldParts {
  private readonly participants: ByPlace;
  private readonly messages: ByPlace;

  constructor(
    private readonly slice: Slice,
    sources: Readonly<Record<OfRooms, AsyncIterator<OldDocument>>>,
    private readonly tally: Tally,
  ) {
    this.participants = new ByPlace(sources.roomusers);
    this.messages = new ByPlace(sources.chats);
  }

  /** Each room's part, and further ones where it has many messages. */
  async *read(): AsyncGenerator<OldPart> {
    for (const [place, group] of this.slice.groups.entries()) {
      if (group === null) {
        await this.leave(place);
        continue;
      }
      const participants = await this.readParticipants(place);
      let messages = await this.readMessages(place);
      yield { group, place, isFirst: true, participants, messages };
      while (messages.length === MESSAGES_AT_ONCE) {
        messages = await this.readMessages(place);
        yield { group, place, isFirst: false, participants: [], messages };
      }
    }
  }

  private async readParticipants(place: number): Promise<Participant[]> {
    const read: Participant[] = [];
    for (let old = await this.participants.next(place); old !== null; old = await this.participants.next(place)) {
      const participant = this.understand('roomusers', place, old, toOldParticipant);
      if (participant === null) continue;
      this.slice.addParticipant(place, participant, ofParticipant(old));
      read.push(participant);
    }
    return read;
  }

  private async readMessages(place: number): Promise<OldMessage[]> {
    const read: OldMessage[] = [];
    while (read.length < MESSAGES_AT_ONCE) {
      const old = await this.messages.next(place);
      if (old === null) break;
      const message = this.understand('chats', place, old, toOldMessage);
      if (message === null) continue;
      this.slice.sums.add(place, ofMessage(old, message.created_date));
      read.push(message);
    }
    return read;
  }

  private understand<T>(name: OfRooms, place: number, old: OldDocument, read: (old: OldDocument, room: OldRoom, unknown: (field: string) => void) => T): T | null {
    this.tally.read(name);
    try {
      return read(old, this.slice.headOf(place), (field) => this.tally.leaveOut(name, field));
    } catch (error) {
      this.tally.misunderstand(name, old._id, error);
      return null;
    }
  }

  // Of rooms that could not be understood.
  private async leave(place: number): Promise<void> {
    for (const [name, documents] of [['roomusers', this.participants], ['chats', this.messages]] as const) {
      for (let old = await documents.next(place); old !== null; old = await documents.next(place)) {
        this.tally.read(name);
        this.tally.skip(name, old._id, 'its room cannot be understood');
      }
    }
  }
}
