import { hash } from 'node:crypto';

import { PREVIEW_FIELDS } from '../../message/index.js';
import { toDocument } from '../../mongo/index.js';
import { PARTICIPANT_FIELDS } from '../../participant/index.js';
import { ROOM_FIELDS, type Message } from '../../room/index.js';
import type { OldDocument } from './old-documents.js';
import { readFlag, readText } from './old-values.js';
import { ABSENT, END, NULL, PlainDocument } from './plain-document.js';

// What moves by itself, or is another by rule: which room it is in, and dates that the source leaves out. Dates are compared beside.
const MOVES = new Set(['room', 'room_id', 'created_date', 'updated_date', 'isRaiseIssue', 'type', 'room_name', '__v', 'status']);
const MESSAGE = PREVIEW_FIELDS.filter((field) => !MOVES.has(field));
// Fields of a message that are not compared as they are.
const BESIDE = [...PREVIEW_FIELDS.filter((field) => MOVES.has(field)), 'seq'];
const PARTICIPANT = PARTICIPANT_FIELDS.filter((field) => !MOVES.has(field));
const LOCATION = ['agent_id', 'order_id', 'lat', 'lng', 'short_code', 'status'];
const ROOM = ROOM_FIELDS.filter((field) => !MOVES.has(field));

/** Messages of the source and of here are read with it, one at a time. */
export const PLAIN = new PlainDocument(MESSAGE, { flags: ['is_media'], others: BESIDE });
/** The fields that it finds, in their order. */
export const PLAIN_FIELDS: readonly string[] = [...MESSAGE, ...BESIDE];

/** A message that is stored, as far as it is compared. */
export interface StoredMessage {
  /** The id of its room, as hexadecimal digits. */
  readonly room: string;
  /** When it was sent, in milliseconds. */
  readonly moment: number;
  readonly seq: number;
  readonly checksum: string;
}

/** The checksum of a message of the source as it is, without what an import makes of it; `moment` is when it should have been sent, in milliseconds. */
export function ofMessage(document: OldDocument, moment: number): string {
  return checksum(document, MESSAGE, moment);
}

/** The same of the message that `PLAIN` has looked at last; null where only decoding tells. */
export function ofPlain(moment: number): string | null {
  const text = PLAIN.toText(String(moment));
  return text === null ? null : digest(text);
}

/** A stored message and its checksum, the same as in the source. */
export function readStored(bytes: Buffer): StoredMessage {
  return readPlain(bytes) ?? readDecoded(toDocument(bytes) as Message);
}

/** The same of somebody in a room. */
export function ofParticipant(document: OldDocument): string {
  return checksum(document, PARTICIPANT, 0);
}

/** The same of a location; its ids are whole numbers, also as text. */
export function ofLocation(document: OldDocument, date: Date): string {
  const { agent_id: agent, order_id: order } = document;
  return checksum({ ...document, agent_id: Number(String(agent)), order_id: Number(String(order)) }, LOCATION, date.getTime());
}

/** The same of a room alone. */
export function ofRoom(document: OldDocument): string {
  return checksum(document, ROOM, 0);
}

function readPlain(bytes: Buffer): StoredMessage | null {
  if (!PLAIN.look(bytes)) return null;
  const [room, moment, seq] = [PLAIN.idOf('room'), PLAIN.momentOf('created_date'), PLAIN.int32Of('seq')];
  if (room === null || moment === null || seq === null) return null;
  const checksum = ofPlain(moment);
  return checksum === null ? null : { room, moment, seq, checksum };
}

function readDecoded(message: Message): StoredMessage {
  const moment = message.created_date.getTime();
  return { room: message.room.toHexString(), moment, seq: message.seq, checksum: checksum(message as unknown as OldDocument, MESSAGE, moment) };
}

function checksum(document: OldDocument, fields: readonly string[], moment: number): string {
  let text = `${moment}${END}`;
  for (const field of fields) text += toPart(field, document[field]) + END;
  return digest(text);
}

// SHA-1 is in processors, and a text of its bytes is made in half the time of a buffer (measured).
function digest(text: string | Buffer): string {
  return hash('sha1', text, 'binary');
}

function toPart(field: string, value: unknown): string {
  if (typeof value === 'string') return field === 'is_media' ? String(readFlag(field, value)) : value;
  if (value === undefined) return ABSENT;
  if (value === null) return NULL;
  return field === 'is_media' ? String(readFlag(field, value)) : (readText(field, value) ?? NULL);
}

/** How many messages each room of a list has, and the sum of their checksums, in any order. */
export class Sums {
  readonly counts: Uint32Array;
  private readonly words: Uint32Array;

  constructor(rooms: number) {
    this.counts = new Uint32Array(rooms);
    this.words = new Uint32Array(rooms * WORDS);
  }

  add(room: number, sum: string): void {
    this.counts[room] = (this.counts[room] ?? 0) + 1;
    for (let word = 0; word < WORDS; word++) {
      const at = room * WORDS + word;
      this.words[at] = (this.words[at] ?? 0) + wordOf(sum, word * 4);
    }
  }

  isEqual(other: Sums, room: number): boolean {
    if (this.counts[room] !== other.counts[room]) return false;
    for (let word = room * WORDS; word < (room + 1) * WORDS; word++) if (this.words[word] !== other.words[word]) return false;
    return true;
  }
}

const WORDS = 5;

function wordOf(bytes: string, at: number): number {
  return (bytes.charCodeAt(at) | (bytes.charCodeAt(at + 1) << 8) | (bytes.charCodeAt(at + 2) << 16) | (bytes.charCodeAt(at + 3) << 24)) >>> 0;
}
