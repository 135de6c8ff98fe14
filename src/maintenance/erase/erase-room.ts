import type { MessageChange } from '../../message/index.js';
import type { MendedParts, Room } from '../../room/index.js';
import type { Tenant } from '../../tenancy/index.js';
import { erasedMessage, erasedParticipant, isParticipant, isSender, type Person } from './person.js';

/** What becomes of a room that somebody is erased from. */
export class EraseRoom {
  private constructor(
    readonly parts: MendedParts,
    /** The same change of the message that is the preview; none where that stays. */
    readonly preview: readonly MessageChange[],
    /** How many participants change. */
    readonly participants: number,
  ) {}

  static of({ participants, last_message: preview }: Room, person: Person, { settings }: Pick<Tenant, 'settings'>): EraseRoom {
    const changes = participants.map((one) => (isParticipant(one, person) ? erasedParticipant(one) : {}));
    const fields = preview !== null && isSender(preview, person) ? erasedMessage(preview, settings.erase_messages) : {};
    const erased = participants.map((one, at) => ({ ...one, ...changes[at] }));
    const isPreview = preview !== null && !isEmpty(fields);
    return new EraseRoom(
      { participants: erased, last_message: preview === null ? null : { ...preview, ...fields } },
      isPreview ? [{ _id: preview._id, fields }] : [],
      changes.filter((change) => !isEmpty(change)).length,
    );
  }

  get isNeeded(): boolean {
    return this.participants > 0 || this.preview.length > 0;
  }
}

function isEmpty(fields: object): boolean {
  return Object.keys(fields).length === 0;
}
