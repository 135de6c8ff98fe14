import { isUtf8 } from 'node:buffer';

import { BsonFields, TYPES } from '../../mongo/index.js';

/** How what is compared is written: after each value, and in place of one that is null or not there. */
export const END = '\u0000';
export const NULL = '\u0001';
export const ABSENT = '\u0002';

const END_BYTE = END.charCodeAt(0);
const NULL_BYTE = NULL.charCodeAt(0);
const ABSENT_BYTE = ABSENT.charCodeAt(0);
// A document that is moved in has 1 MB at most.
const LONGEST = 1_100_000;
// Copying that few bytes one by one is faster than a call that does it.
const SHORT = 24;
const ID_BYTES = 12;

/** A document whose fields are texts, ids, flags and nulls, as a message's nearly always are, read of its BSON: decoding it takes several times as long (measured). */
export class PlainDocument {
  private readonly fields: BsonFields;
  private readonly places: ReadonlyMap<string, number>;
  private readonly names: readonly string[];
  private readonly isFlag: readonly boolean[];
  private readonly text = Buffer.allocUnsafe(LONGEST);
  private bytes: Buffer = this.text;

  /** `compared` are the fields that its text has, `flags` those of them that are no text, `others` those that are asked for. */
  constructor(
    private readonly compared: readonly string[],
    { flags, others }: { flags: readonly string[]; others: readonly string[] },
  ) {
    this.isFlag = compared.map((name) => flags.includes(name));
    this.names = [...compared, ...others];
    this.fields = new BsonFields(this.names);
    this.places = new Map(this.names.map((name, place) => [name, place]));
  }

  /** Looks at a document; false where only decoding tells what it is. */
  look(bytes: Buffer): boolean {
    this.bytes = bytes;
    return this.fields.find(bytes, 0);
  }

  /** Whether it has nothing but fields of these names, each once and of one of its types; a field that it does not have is of type 0. */
  isOf(types: readonly (readonly number[])[]): boolean {
    let known = 0;
    for (let place = 0; place < this.names.length; place++) {
      const type = this.fields.types[place] ?? 0;
      if (type !== 0) known++;
      if (types[place]?.includes(type) !== true) return false;
    }
    return known === this.fields.count;
  }

  /** Where the field's value begins, or 0 where it has no such field. */
  placeOf(name: string): number {
    const place = this.places.get(name) ?? -1;
    return this.fields.types[place] === 0 ? 0 : (this.fields.places[place] ?? 0);
  }

  /** The field's id as hexadecimal digits, or null where it is none. */
  idOf(name: string): string | null {
    const at = this.find(name, TYPES.id);
    return at === null ? null : this.bytes.toString('hex', at, at + ID_BYTES);
  }

  /** The field's date in milliseconds, or null where it is none. */
  momentOf(name: string): number | null {
    const at = this.find(name, TYPES.date);
    return at === null ? null : Number(this.bytes.readBigInt64LE(at));
  }

  /** The field's number, or null where it is not stored as 32 bits. */
  int32Of(name: string): number | null {
    const at = this.find(name, TYPES.int32);
    return at === null ? null : this.bytes.readInt32LE(at);
  }

  /** Whether the field is no text, or one of UTF-8. */
  isUtf8(name: string): boolean {
    const at = this.find(name, TYPES.string);
    return at === null || isUtf8(this.bytes.subarray(at + 4, at + 3 + this.bytes.readInt32LE(at)));
  }

  /** What is compared, behind this; null where a field is of another type, very long, or not UTF-8. Good until the next is asked for. */
  toText(first: string): Buffer | null {
    let length = this.text.write(first + END, 'latin1');
    for (let place = 0; place < this.compared.length; place++) {
      length = this.write(place, length);
      if (length < 0) return null;
      length = this.writeByte(END_BYTE, length);
    }
    const text = this.text.subarray(0, length);
    return isUtf8(text) ? text : null;
  }

  // Where the value ends in the text; below 0 where it cannot be written.
  private write(place: number, to: number): number {
    const at = this.fields.places[place] ?? 0;
    switch (this.fields.types[place]) {
      case 0:
        return this.writeByte(ABSENT_BYTE, to);
      case TYPES.null:
        return this.writeByte(NULL_BYTE, to);
      case TYPES.boolean:
        return to + this.text.write(this.bytes[at] === 1 ? 'true' : 'false', to, 'latin1');
      default:
        // A flag that is anything else has several forms.
        return this.isFlag[place] === true ? -1 : this.writeText(place, at, to);
    }
  }

  private writeText(place: number, at: number, to: number): number {
    if (this.fields.types[place] === TYPES.string) return this.copy(at + 4, at + 3 + this.bytes.readInt32LE(at), to);
    if (this.fields.types[place] !== TYPES.id) return -1;
    return to + this.text.write(this.bytes.toString('hex', at, at + ID_BYTES), to, 'latin1');
  }

  private writeByte(byte: number, to: number): number {
    this.text[to] = byte;
    return to + 1;
  }

  private copy(from: number, end: number, to: number): number {
    const length = end - from;
    // With room for what may follow: a mark, a flag or an id for each field.
    if (to + length > LONGEST - 25 * this.compared.length) return -1;
    if (length > SHORT) this.bytes.copy(this.text, to, from, end);
    else for (let at = 0; at < length; at++) this.text[to + at] = this.bytes[from + at] ?? 0;
    return to + length;
  }

  private find(name: string, type: number): number | null {
    const place = this.places.get(name) ?? -1;
    return this.fields.types[place] === type ? (this.fields.places[place] ?? null) : null;
  }
}
