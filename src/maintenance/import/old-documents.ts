import { toId, type Id } from '../../mongo/index.js';
import { PREVIEW_FIELDS } from '../../message/index.js';
import { PARTICIPANT_FIELDS } from '../../participant/index.js';
import { ROOM_FIELDS, toRoomType, type Participant, type Room } from '../../room/index.js';
import { NotUnderstoodError, readDate, readFlag, readInteger, readMade, readText, type Reading } from './old-values.js';

/** A document of the source, decoded. */
export type OldDocument = Record<string, unknown>;

/** A room as the source has it, in the types of here; what it does not say is not said here either. */
export interface OldRoom {
  readonly id: Id;
  readonly fields: Partial<Room> & Pick<Room, 'room_name' | 'type'>;
  readonly created: Date;
  /** Null: not said. */
  readonly updated: Date | null;
}

/** Names of fields that are not kept, because nobody asks for them. */
export type Unknown = (field: string) => void;

/** Reads nothing of a field. */
export const leave: Reading = () => undefined;
const OWN: Readonly<Record<string, Reading>> = { status: readFlag, isRaiseIssue: readFlag, is_media: readFlag, __v: readInteger };

function toReadings(fields: readonly string[], left: readonly string[]): ReadonlyMap<string, Reading> {
  return new Map(fields.map((field) => [field, left.includes(field) ? leave : (OWN[field] ?? readText)]));
}

const ROOM = toReadings(ROOM_FIELDS, ['_id', 'room_name', 'type', 'created_date', 'updated_date']);
const PARTICIPANT = toReadings(PARTICIPANT_FIELDS, ['_id', 'room_id', 'created_date', 'updated_date']);
const MESSAGE = toReadings(PREVIEW_FIELDS, ['_id', 'room', 'created_date']);

/** @throws NotUnderstoodError */
export function toOldRoom(old: OldDocument, unknown: Unknown): OldRoom {
  const id = readId(old);
  const name = readText('room_name', old.room_name ?? null);
  const type = readText('type', old.type ?? null);
  const named = { room_name: name === null || name === '' ? id.toHexString() : name, type: toRoomType(type === null || type === '' ? 'general' : type) };
  const created = readDate('created_date', old.created_date) ?? readMade(id);
  return { id, fields: { status: true, ...readFields(old, ROOM, unknown), ...named }, created, updated: readDate('updated_date', old.updated_date) };
}

/** Makes of the document somebody of `room`; without a date since the room. @throws NotUnderstoodError */
export function toOldParticipant(old: OldDocument, room: OldRoom, unknown: Unknown): Participant {
  const created = dateOf(old, room);
  const updated = readDate('updated_date', old.updated_date) ?? created;
  mend(old, PARTICIPANT, unknown);
  return Object.assign(old, { _id: readId(old), status: old.status ?? true, room_id: room.id, created_date: created, updated_date: updated }) as unknown as Participant;
}

/** Makes of the document a message without `room`; without a date as old as the room that it is of. @throws NotUnderstoodError */
export function toMended(old: OldDocument, room: OldRoom, unknown: Unknown): OldDocument {
  const created = dateOf(old, room);
  mend(old, MESSAGE, unknown);
  const { _id, ...fields } = old;
  delete fields.room;
  return { _id: readId({ _id }), ...fields, created_date: created };
}

/** The date of what is in a room. @throws NotUnderstoodError */
export function dateOf({ created_date: date }: OldDocument, room: OldRoom): Date {
  return readDate('created_date', date) ?? room.created;
}

/** @throws NotUnderstoodError */
export function readId({ _id: id }: OldDocument): Id {
  const read = (id as { _bsontype?: string } | null)?._bsontype === 'ObjectId' ? toId(String(id)) : null;
  if (read === null) throw new NotUnderstoodError('_id', id, 'an ObjectId');
  return id as Id;
}

// In place: copies of a million documents are most of the work (measured).
function mend(old: OldDocument, readings: ReadonlyMap<string, Reading>, unknown: Unknown): void {
  for (const field of Object.keys(old)) {
    const value = old[field];
    const reading = readings.get(field);
    if (reading === leave || (reading === readText && typeof value === 'string')) continue;
    if (reading === undefined) {
      unknown(field);
      Reflect.deleteProperty(old, field);
    } else {
      const read = reading(field, value);
      if (read !== value) old[field] = read;
    }
  }
}

/** What the document says, field by field. @throws NotUnderstoodError */
export function readFields(old: OldDocument, readings: ReadonlyMap<string, Reading>, unknown: Unknown): object {
  const read: Record<string, unknown> = {};
  for (const field of Object.keys(old)) {
    const reading = readings.get(field);
    if (reading === undefined) unknown(field);
    else if (reading !== leave) read[field] = reading(field, old[field]);
  }
  return read;
}
