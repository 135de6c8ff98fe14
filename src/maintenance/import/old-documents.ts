import { toId, type Id } from '../../mongo/index.js';
import { PREVIEW_FIELDS } from '../../message/index.js';
import { PARTICIPANT_FIELDS } from '../../participant/index.js';
import { ROOM_FIELDS, toRoomType, type Message, type Participant, type Room } from '../../room/index.js';
import { PLACE } from './old-query.js';
import { NotUnderstoodError, readDate, readFlag, readInteger, readText, type Reading } from './old-values.js';

/** A document of the source, decoded. */
export type OldDocument = Readonly<Record<string, unknown>>;

/** A room as the source has it, in the types of here; what it does not say is not said here either. */
export interface OldRoom {
  readonly id: Id;
  readonly fields: Partial<Room> & Pick<Room, 'room_name' | 'type'>;
  readonly created: Date;
  /** Null: not said. */
  readonly updated: Date | null;
}

/** A message in the types of here, before it has its place. */
export type OldMessage = Omit<Message, 'seq'>;

/** Names of fields that are not kept, because nobody asks for them. */
export type Unknown = (field: string) => void;

const leave: Reading = () => undefined;
const OWN: Readonly<Record<string, Reading>> = { status: readFlag, isRaiseIssue: readFlag, is_media: readFlag, __v: readInteger };

function toReadings(fields: readonly string[], left: readonly string[]): ReadonlyMap<string, Reading> {
  return new Map([...fields, PLACE].map((field) => [field, field === PLACE || left.includes(field) ? leave : (OWN[field] ?? readText)]));
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
  const created = readDate('created_date', old.created_date) ?? id.getTimestamp();
  return { id, fields: { status: true, ...readFields(old, ROOM, unknown), ...named }, created, updated: readDate('updated_date', old.updated_date) };
}

/** Somebody of `room`; without a date since the room. @throws NotUnderstoodError */
export function toOldParticipant(old: OldDocument, room: OldRoom, unknown: Unknown): Participant {
  const created = readDate('created_date', old.created_date) ?? room.created;
  const dates = { created_date: created, updated_date: readDate('updated_date', old.updated_date) ?? created };
  return { _id: readId(old), status: true, room_id: room.id, ...readFields(old, PARTICIPANT, unknown), ...dates } as Participant;
}

/** A message of `room`; without a date as old as the room. @throws NotUnderstoodError */
export function toOldMessage(old: OldDocument, room: OldRoom, unknown: Unknown): OldMessage {
  const created = readDate('created_date', old.created_date) ?? room.created;
  return { _id: readId(old), ...readFields(old, MESSAGE, unknown), room: room.id, created_date: created } as OldMessage;
}

function readId({ _id: id }: OldDocument): Id {
  const read = (id as { _bsontype?: string } | null)?._bsontype === 'ObjectId' ? toId(String(id)) : null;
  if (read === null) throw new NotUnderstoodError('_id', id, 'an ObjectId');
  return id as Id;
}

function readFields(old: OldDocument, readings: ReadonlyMap<string, Reading>, unknown: Unknown): object {
  const read: Record<string, unknown> = {};
  for (const field of Object.keys(old)) {
    const reading = readings.get(field);
    if (reading === undefined) unknown(field);
    else if (reading !== leave) read[field] = reading(field, old[field]);
  }
  return read;
}
