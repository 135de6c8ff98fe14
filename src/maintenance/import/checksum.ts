import { hash } from 'node:crypto';

import { PREVIEW_FIELDS } from '../../message/index.js';
import { PARTICIPANT_FIELDS } from '../../participant/index.js';
import { ROOM_FIELDS } from '../../room/index.js';
import type { OldDocument } from './old-documents.js';
import { readFlag, readText } from './old-values.js';

// What moves by itself, or is another by rule: which room it is in, and dates that the source leaves out. Dates are compared beside.
const MOVES = new Set(['room', 'room_id', 'created_date', 'updated_date', 'isRaiseIssue', 'type', 'room_name', '__v', 'status']);
const MESSAGE = PREVIEW_FIELDS.filter((field) => !MOVES.has(field));
const PARTICIPANT = PARTICIPANT_FIELDS.filter((field) => !MOVES.has(field));
const LOCATION = ['agent_id', 'order_id', 'lat', 'lng', 'short_code', 'status'];
const ROOM = ROOM_FIELDS.filter((field) => !MOVES.has(field));

/** The checksum of a message as either database has it, read here without what an import makes of it; `date` is what it should have. */
export function ofMessage(document: OldDocument, date: Date): Buffer {
  return checksum(document, MESSAGE, date.getTime());
}

/** The same of somebody in a room. */
export function ofParticipant(document: OldDocument): string {
  return checksum(document, PARTICIPANT, 0).toString('base64');
}

/** The same of a location; its ids are whole numbers, also as text. */
export function ofLocation(document: OldDocument, date: Date): string {
  const { agent_id: agent, order_id: order } = document;
  return checksum({ ...document, agent_id: Number(String(agent)), order_id: Number(String(order)) }, LOCATION, date.getTime()).toString('base64');
}

/** The same of a room alone. */
export function ofRoom(document: OldDocument): string {
  return checksum(document, ROOM, 0).toString('base64');
}

const END = '\u0000';
const NULL = '\u0001';
const ABSENT = '\u0002';

function checksum(document: OldDocument, fields: readonly string[], moment: number): Buffer {
  let text = `${moment}${END}`;
  for (const field of fields) text += toPart(field, document[field]) + END;
  return hash('md5', text, 'buffer');
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

  add(room: number, sum: Buffer): void {
    this.counts[room] = (this.counts[room] ?? 0) + 1;
    for (let word = 0; word < WORDS; word++) {
      const at = room * WORDS + word;
      this.words[at] = (this.words[at] ?? 0) + sum.readUInt32LE(word * 4);
    }
  }

  isEqual(other: Sums, room: number): boolean {
    if (this.counts[room] !== other.counts[room]) return false;
    for (let word = room * WORDS; word < (room + 1) * WORDS; word++) if (this.words[word] !== other.words[word]) return false;
    return true;
  }
}

const WORDS = 4;
