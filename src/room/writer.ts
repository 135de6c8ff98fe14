import type { Caller, Role } from '../auth/index.js';
import { isEmptyLike } from '../common/index.js';
import { checkIsAmong, writableBy, type Belonging, type Membered } from './room-membership.js';
import type { MessageFields } from './room-message.js';
import type { Joiner } from './room-participant.js';

/** Somebody who joins or writes, as the caller's credential allows; what the call says of who it is counts only where the credential names nobody. */
export class Writer {
  private constructor(
    /** Who it is for rooms. */
    readonly joiner: Joiner,
    /** The rooms that they may write in; null: all. */
    readonly rooms: readonly Belonging[] | null,
    /** The role of the credential that names it; null: none does. */
    readonly role: Role | null,
  ) {}

  /** @throws NotAllowedError where the caller may not write as this `user_type` in any room */
  static of(caller: Caller, said: Joiner): Writer {
    const { subject } = caller;
    const joiner = subject === null ? said : { ...said, user_id: subject };
    return new Writer(joiner, writableBy(caller, said.user_type), subject === null ? null : caller.role);
  }

  /** The fields as theirs: whom a message is from is what its sender may write as, where a credential names the sender. */
  sign(fields: MessageFields): MessageFields {
    return this.role === null || isEmptyLike(fields.from_message) ? fields : { ...fields, from_message: `from_${this.joiner.user_type}` };
  }

  /** Lets nobody write in a room that is not among theirs. @throws NotAllowedError */
  checkMayWriteIn(room: Membered): void {
    checkIsAmong(this.rooms, room);
  }
}
