import { toBrought } from '../../message/index.js';
import { newId, toDocument } from '../../mongo/index.js';
import { toPreview, type MergedRoom, type Message, type Room, type RoomReplacement } from '../../room/index.js';
import { mergeParticipants, newest, toEmptyRoom, type MergedParticipant, type OldPart } from './old-group.js';
import type { OldMessage } from './old-message.js';

/** What has to be stored so that a part of a group is here. */
export interface Plan {
  readonly part: OldPart;
  /** The room as it is before, or as it would be empty. */
  readonly before: Room;
  readonly made: Room | null;
  readonly changed: RoomReplacement | null;
  readonly merged: readonly MergedRoom[];
  /** As BSON, one behind the other; null: none. */
  readonly messages: Buffer | null;
  readonly sent: number;
  readonly joined: number;
  readonly same: readonly MergedParticipant[];
}

/** What is known of the target when a plan is made. */
export interface Known {
  /** The room that the group is here already. */
  readonly room: Room | null;
  /** Ids of messages that are stored. */
  readonly messages: ReadonlySet<string>;
  readonly source: string;
}

/** Works out what is missing of the part. What is here keeps its place, whatever the source says now. */
export function toPlan(part: OldPart, { room, messages, source }: Known): Plan {
  const before = room ?? toEmptyRoom(part.group, source, newId());
  const fresh = messages.size === 0 ? part.messages : part.messages.filter(({ id }) => !messages.has(id));
  const { kept, merged: same } = toJoiners(part, before);
  const fields = { ...toFields(part, before, source), ...toGrown(before, fresh, kept), ...toMoved(part, before, fresh) };
  const isChanged = Object.keys(fields).length > 0;
  const ids = part.group.ids.filter((id) => !id.equals(before._id));
  return {
    part,
    before,
    made: room === null ? { ...before, ...fields } : null,
    changed: room !== null && isChanged ? { id: room._id, seen: room.revision, fields: { ...fields, revision: newId() } } : null,
    merged: ids.map((id) => ({ _id: id, room: before._id })),
    messages: fresh.length === 0 ? null : toStored(before, fresh),
    sent: fresh.length,
    joined: kept.length,
    same,
  };
}

function toJoiners({ participants }: OldPart, room: Room): ReturnType<typeof mergeParticipants> {
  const there = new Set(room.participants.map(({ _id }) => _id.toHexString()));
  const missing = participants.filter(({ _id }) => !there.has(_id.toHexString()));
  const { kept, merged } = mergeParticipants(missing, room.participants);
  return { kept: kept.map((one) => ({ ...one, room_id: room._id })), merged };
}

// What moved in the source since an earlier run; a room that moved here since is left as it is.
function toFields({ group: { head, updated } }: OldPart, room: Room, source: string): Partial<Room> {
  const isNewer = updated !== null && updated > room.updated_date;
  return isNewer && room.brought_by === source && room._id.equals(head.id) ? { ...head.fields, room_name: room.room_name } : {};
}

// In their places, from the one that is `at`.
function toStored({ _id, seq }: Room, fresh: readonly OldMessage[], at = 0): Buffer {
  return toBrought(fresh.map(({ unplaced }) => unplaced), { room: _id, seq: seq + 1 + at });
}

function toGrown(room: Room, fresh: readonly OldMessage[], kept: Room['participants']): Partial<Room> {
  const last = newestOf(room, fresh);
  return {
    ...(kept.length === 0 ? {} : { participants: [...room.participants, ...kept] }),
    ...(fresh.length === 0 ? {} : { seq: room.seq + fresh.length }),
    ...(last === -1 ? {} : { last_message: toPreview(toDocument(toStored(room, fresh.slice(last, last + 1), last)) as Message) }),
  };
}

// The place of the one that becomes the room's newest, the last of those of one date; -1: none does.
function newestOf({ last_message: last }: Room, fresh: readonly OldMessage[]): number {
  let [newest, moment] = [-1, last === null ? -Infinity : last.created_date.getTime()];
  for (const [at, message] of fresh.entries()) if (message.moment >= moment) [newest, moment] = [at, message.moment];
  return newest;
}

// The source says when a room moved; where it does not, its messages do.
function toMoved({ group: { updated } }: OldPart, room: Room, fresh: readonly OldMessage[]): Partial<Room> {
  const said = updated === null ? fresh.map(({ moment }) => new Date(moment)) : [updated];
  const moved = newest([room.updated_date, ...said]);
  return moved > room.updated_date ? { updated_date: moved } : {};
}
